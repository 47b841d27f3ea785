//! The relations: what is written in a program. What each of them means says the oracle.

/// The rows of a root, in a window.
macro_rules! root {
    (users, $w:expr) => {{
        let w = $w;
        users::table
            .filter(users::id.between(w.low, w.high))
            .order(users::id)
            .limit(w.n.into())
            .select(User::as_select())
    }};
    (posts, $w:expr) => {{
        let w = $w;
        posts::table
            .filter(posts::id.between(w.low, w.high))
            .order(posts::id.desc())
            .limit(w.n.into())
            .select(Post::as_select())
    }};
    // A post for each of its comments: rows that repeat.
    (posts_again, $w:expr) => {{
        let w = $w;
        posts::table
            .inner_join(comments::table)
            .filter(comments::id.between(w.low, w.high))
            .order(comments::id)
            .select(Post::as_select())
    }};
    (comments, $w:expr) => {{
        let w = $w;
        comments::table
            .filter(comments::id.between(w.low, w.high))
            .order(comments::id)
            .limit(w.n.into())
            .select(Comment::as_select())
    }};
    (tags, $w:expr) => {{
        let w = $w;
        tags::table.filter(tags::id.between(w.low, w.high)).order(tags::id.desc()).select(Tag::as_select())
    }};
    (translations, $w:expr) => {{
        let w = $w;
        translations::table
            .filter(translations::post_id.between(w.low, w.high))
            .order((translations::post_id, translations::language))
            .select(Translation::as_select())
    }};
}

/// A relation, with the window of its children.
macro_rules! edge {
    // Of users.
    (posts, $w:expr) => {{
        let w = $w;
        has_many::<Post>().filter(posts::id.between(w.low, w.high)).order((posts::title, posts::id))
    }};
    (first_posts, $w:expr) => {{
        let w = $w;
        has_many::<Post>()
            .filter(posts::id.between(w.low, w.high))
            .order((posts::title.desc(), posts::id.desc()))
            .limit_per_parent(w.n)
    }};
    (edited, $w:expr) => {{
        let w = $w;
        has_many::<Post>().by(posts::editor_id).filter(posts::id.between(w.low, w.high)).order(posts::id.desc())
    }};
    (written_comments, $w:expr) => {{
        let w = $w;
        has_many::<Comment>().filter(comments::id.between(w.low, w.high)).order(comments::id)
    }};
    (profile, $w:expr) => {{
        let w = $w;
        has_one::<Profile>().filter(profiles::id.between(w.low, w.high))
    }};
    (reviews, $w:expr) => {{
        let w = $w;
        has_many::<TranslationReview>()
            .filter(translation_reviews::id.between(w.low, w.high))
            .order(translation_reviews::id)
    }};
    // Of posts.
    (comments, $w:expr) => {{
        let w = $w;
        has_many::<Comment>().filter(comments::id.between(w.low, w.high)).order(comments::id.desc())
    }};
    (last_comments, $w:expr) => {{
        let w = $w;
        has_many::<Comment>().order(comments::id.desc()).limit_per_parent(w.n)
    }};
    (author_profile, $w:expr) => {{
        let w = $w;
        has_one::<Profile>()
            .by_key(profiles::user_id, |post: &Post| post.author_id)
            .filter(profiles::id.between(w.low, w.high))
    }};
    (author, $w:expr) => {{
        let _ = $w;
        belongs_to::<User>()
    }};
    (shared_author, $w:expr) => {{
        let _ = $w;
        belongs_to::<User>().shared()
    }};
    (editor, $w:expr) => {{
        let _ = $w;
        belongs_to::<User>().by_key(users::id, |post: &Post| post.editor_id)
    }};
    (tags, $w:expr) => {{
        let w = $w;
        many_to_many::<Tag, PostTag>().filter(tags::id.between(w.low, w.high)).order(tags::id.desc())
    }};
    (placed_tags, $w:expr) => {{
        let w = $w;
        many_to_many::<Tag, PostTag>().links(|links| {
            links.filter(post_tags::position.between(w.low, w.high)).order((post_tags::position, post_tags::tag_id))
        })
    }};
    (links, $w:expr) => {{
        let w = $w;
        has_many::<PostTag>().filter(post_tags::tag_id.between(w.low, w.high)).order(post_tags::tag_id)
    }};
    (translations, $w:expr) => {{
        let _ = $w;
        has_many::<Translation>().order(translations::language.desc())
    }};
    // Of comments.
    (replies, $w:expr) => {{
        let w = $w;
        has_many::<Comment>().by(comments::parent_id).filter(comments::id.between(w.low, w.high)).order(comments::id)
    }};
    (thread, $w:expr) => {{
        let _ = $w;
        has_many::<Comment>().by(comments::parent_id).order(comments::id).tree(3)
    }};
    (writer_profile, $w:expr) => {{
        let w = $w;
        has_one::<Profile>()
            .by_key(profiles::user_id, |row: &Comment| row.author_id)
            .filter(profiles::id.between(w.low, w.high))
    }};
    (post, $w:expr) => {{
        let _ = $w;
        belongs_to::<Post>()
    }};
    (writer, $w:expr) => {{
        let _ = $w;
        belongs_to::<User>()
    }};
    (some_writer, $w:expr) => {{
        let w = $w;
        belongs_to::<User>().filter(users::id.between(w.low, w.high))
    }};
    (parent, $w:expr) => {{
        let _ = $w;
        belongs_to::<Comment>().by_key(comments::id, |row: &Comment| row.parent_id)
    }};
    (topics, $w:expr) => {{
        let w = $w;
        many_to_many::<Tag, PostTag>()
            .links(|links| links.by_key(post_tags::post_id, |row: &Comment| row.post_id))
            .filter(tags::id.between(w.low, w.high))
            .order(tags::id)
    }};
    // Of profiles.
    (published, $w:expr) => {{
        let w = $w;
        has_many::<Post>()
            .by_key(posts::author_id, |row: &Profile| row.user_id)
            .filter(posts::id.between(w.low, w.high))
            .order(posts::id)
    }};
    (same_user, $w:expr) => {{
        let w = $w;
        has_one::<User>().by_key(users::id, |row: &Profile| row.user_id).filter(users::id.between(w.low, w.high))
    }};
    (user, $w:expr) => {{
        let _ = $w;
        belongs_to::<User>()
    }};
    (even_user, $w:expr) => {{
        let _ = $w;
        belongs_to::<User>().by_key(users::id, |row: &Profile| (row.id % 2 == 0).then_some(row.user_id))
    }};
    (discussed, $w:expr) => {{
        let w = $w;
        many_to_many::<Post, Comment>()
            .links(|links| links.by_key(comments::author_id, |row: &Profile| row.user_id))
            .filter(posts::id.between(w.low, w.high))
            .order(posts::id)
    }};
    // Of tags, links, translations and reviews.
    (tagged, $w:expr) => {{
        let w = $w;
        many_to_many::<Post, PostTag>().filter(posts::id.between(w.low, w.high)).order(posts::id)
    }};
    (link_tag, $w:expr) => {{
        let _ = $w;
        belongs_to::<Tag>()
    }};
    (link_post, $w:expr) => {{
        let _ = $w;
        belongs_to::<Post>()
    }};
    (translated, $w:expr) => {{
        let _ = $w;
        belongs_to::<Post>()
    }};
    (reviewed, $w:expr) => {{
        let w = $w;
        has_many::<TranslationReview>()
            .by((translation_reviews::post_id, translation_reviews::language))
            .filter(translation_reviews::id.between(w.low, w.high))
            .order(translation_reviews::id)
    }};
    (reviewer, $w:expr) => {{
        let _ = $w;
        belongs_to::<User>()
    }};
    (translation, $w:expr) => {{
        let _ = $w;
        belongs_to::<Translation>()
            .by_key((translations::post_id, translations::language), |row: &TranslationReview| {
                (row.post_id, row.language.clone())
            })
    }};
}

/// A query or a relation with relations: `posts [comments []] profile []`. Arguments are drawn in the order of the text.
macro_rules! nest {
    ($at:expr, $draw:ident;) => {
        $at
    };
    ($at:expr, $draw:ident; $edge:ident [$($inner:tt)*] $($rest:tt)*) => {
        nest!({
            let at = $at;
            let relation = nest!(edge!($edge, $draw.next()), $draw; $($inner)*);
            at.preload(relation)
        }, $draw; $($rest)*)
    };
}
