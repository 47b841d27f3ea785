//! The migrations are embedded from outside of the package, where cargo does not look for changes by itself.

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
}
