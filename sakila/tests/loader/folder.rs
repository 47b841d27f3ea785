//! A folder of small, valid files, one for each test, to be spoilt by it.

use std::fs;
use std::path::{Path, PathBuf};

/// Every file with its lines; tabs are written as `|`, which is in no value.
const FILES: &[(&str, &[&str])] = &[
    ("language", &["language_id|name|last_update", r"1|Eng\tlish|2006-02-15 05:02:19"]),
    ("country", &["country_id|country|last_update", "7|Réunion|2006-02-15 04:44:00"]),
    ("city", &["city_id|city|country_id|last_update", r"3|Saint\\Denis|7|2006-02-15 04:45:25"]),
    (
        "address",
        &[
            "address_id|address|address2|district|city_id|postal_code|phone|last_update",
            r"5|1 Rue\nDeux|\N| |3|\\N||2006-02-15 04:45:30",
        ],
    ),
    ("store", &["store_id|manager_staff_id|address_id|last_update", "1|2|5|2006-02-15 04:57:12"]),
    (
        "staff",
        &[
            "staff_id|first_name|last_name|address_id|email|store_id|active|username|last_update",
            "2|Jon|Stephens|5|jon@example.com|1|t|Jon|2006-02-15 04:57:16",
        ],
    ),
    (
        "customer",
        &[
            "customer_id|store_id|first_name|last_name|email|address_id|create_date|last_update|active",
            "9|1|ANDREA|HENDERSON|andrea@example.com|5|2006-02-14|2006-02-15 04:57:20|1",
            "8|1|CLARA|SHAW|clara@example.com|5|2006-02-14|2006-02-15 04:57:20|0",
        ],
    ),
    ("actor", &["actor_id|first_name|last_name|last_update", "81|SCARLETT|DAMON|2006-02-15 04:34:33"]),
    ("category", &["category_id|name|last_update", "5|Comedy|2006-02-15 04:46:27"]),
    (
        "film",
        &[
            "film_id|title|description|release_year|language_id|original_language_id|rental_duration|rental_rate|\
             length|replacement_cost|rating|last_update|special_features",
            r#"4|HEAT|Long.|2006|1|1|4|4.99|119|22.99|R|2006-02-15 05:03:42|{Trailers,"Behind the Scenes"}"#,
            r"6|RAN|Longer.|2006|1|\N|4|0.00|162|29.90|R|2006-02-15 05:03:42|\N",
        ],
    ),
    ("film_actor", &["actor_id|film_id|last_update", "81|4|2006-02-15 05:05:03"]),
    ("film_category", &["film_id|category_id|last_update", "4|5|2006-02-15 05:07:09"]),
    ("inventory", &["inventory_id|film_id|store_id|last_update", "11|4|1|2006-02-15 05:09:17"]),
    (
        "rental",
        &[
            "rental_id|rental_date|inventory_id|customer_id|return_date|staff_id|last_update",
            r"21|2005-05-30 01:56:11|11|9|\N|2|2006-02-15 21:30:53",
        ],
    ),
    (
        "payment",
        &[
            "payment_id|customer_id|staff_id|rental_id|amount|payment_date",
            "31|9|2|21|4.99|2005-06-18 03:57:36",
            r"32|9|2|\N|0.01|2005-06-18 03:57:37",
        ],
    ),
];

/// The rows of all files.
pub(crate) const ROWS: usize = 18;

/// Removed when dropped.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// `name` tells the folders of tests apart that run at the same time.
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sakila-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        let folder = Self { path };
        for (table, lines) in FILES {
            folder.write(table, lines);
        }
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self, table: &str) -> PathBuf {
        self.path.join(format!("{table}.tsv"))
    }

    /// Replaces a file by these lines.
    pub(crate) fn write(&self, table: &str, lines: &[&str]) {
        let text: String = lines.iter().map(|line| line.replace('|', "\t") + "\n").collect();
        fs::write(self.file(table), text).unwrap();
    }

    /// Adds a line to a file.
    pub(crate) fn add(&self, table: &str, line: &str) {
        let text = fs::read_to_string(self.file(table)).unwrap() + &line.replace('|', "\t") + "\n";
        fs::write(self.file(table), text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left of a failed clean-up is in the target folder.
        let _ = fs::remove_dir_all(&self.path);
    }
}
