//! The trees.

/// How many trees are the matrix: each kind of relation in each other.
pub(crate) const MATRIX: usize = 25;

/// Calls `$m!` with what else is given and all trees.
macro_rules! all_trees {
    ($m:ident! $($with:tt)*) => {
        $m! {
            $($with)*
            // Has many, has one, required, optional, many to many, in has many.
            users { posts [comments []] }
            users { posts [author_profile []] }
            users { posts [author []] }
            users { posts [editor []] }
            users { posts [tags []] }
            // In has one.
            users { profile [published []] }
            users { profile [same_user []] }
            users { profile [user []] }
            users { profile [even_user []] }
            users { profile [discussed []] }
            // In a required belongs to.
            comments { post [comments []] }
            comments { post [author_profile []] }
            comments { post [author []] }
            comments { post [editor []] }
            comments { post [tags []] }
            // In an optional one.
            comments { parent [replies []] }
            comments { parent [writer_profile []] }
            comments { parent [post []] }
            comments { parent [parent []] }
            comments { parent [topics []] }
            // In many to many.
            tags { tagged [comments []] }
            tags { tagged [author_profile []] }
            tags { tagged [author []] }
            tags { tagged [editor []] }
            tags { tagged [tags []] }

            // Side by side; the same relation twice; eight at most.
            users { posts [] profile [] }
            users { posts [] edited [] posts [] first_posts [] written_comments [] profile [] reviews [] edited [] }
            posts { author [] editor [] shared_author [] }
            comments { writer [] some_writer [] post [] }
            // Two keys to one table, both ways; a diamond.
            users { posts [editor []] edited [author []] }
            posts { author [posts []] editor [posts []] }
            // Rows that repeat.
            posts_again { comments [] author [] tags [] }
            posts_again { author [profile []] }
            // The first of each parent, and what belongs to those alone.
            users { first_posts [comments [] tags []] }
            users { first_posts [last_comments [writer []]] profile [] }
            posts { last_comments [replies []] }
            // Composite keys.
            posts { translations [reviewed [reviewer []]] }
            translations { translated [author []] reviewed [translation []] }
            users { reviews [translation [translated []]] }
            // Links as rows, and in their own order.
            posts { links [link_tag [] link_post []] placed_tags [] }
            tags { tagged [placed_tags [tagged []]] }
            // A table that points to itself, up, down and as a tree.
            comments { parent [] replies [] thread [] }
            comments { replies [replies [parent [parent []]]] }
            users { written_comments [thread [] topics []] }
            // Deep, and empty in the middle.
            users { posts [comments [writer [profile [published [tags []]]]]] }
            tags { tagged [comments [some_writer [edited [author_profile [user []]]]]] }
        }
    };
}
