// @generated automatically by Diesel CLI.

diesel::table! {
    comments (id) {
        id -> Integer,
        post_id -> Integer,
        author_id -> Integer,
        parent_id -> Nullable<Integer>,
        body -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    post_tags (post_id, tag_id) {
        post_id -> Integer,
        tag_id -> Integer,
        position -> Integer,
    }
}

diesel::table! {
    posts (id) {
        id -> Integer,
        author_id -> Integer,
        editor_id -> Nullable<Integer>,
        title -> Text,
        body -> Text,
        published -> Bool,
        score -> Nullable<Integer>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    profiles (id) {
        id -> Integer,
        user_id -> Integer,
        bio -> Text,
    }
}

diesel::table! {
    tags (id) {
        id -> Integer,
        name -> Text,
    }
}

diesel::table! {
    translation_reviews (id) {
        id -> Integer,
        post_id -> Integer,
        language -> Text,
        reviewer_id -> Integer,
        verdict -> Text,
    }
}

diesel::table! {
    translations (post_id, language) {
        post_id -> Integer,
        language -> Text,
        title -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Integer,
        email -> Text,
        name -> Text,
        active -> Bool,
        created_at -> Timestamp,
    }
}

diesel::joinable!(comments -> posts (post_id));
diesel::joinable!(comments -> users (author_id));
diesel::joinable!(post_tags -> posts (post_id));
diesel::joinable!(post_tags -> tags (tag_id));
diesel::joinable!(profiles -> users (user_id));
diesel::joinable!(translation_reviews -> users (reviewer_id));
diesel::joinable!(translations -> posts (post_id));

diesel::allow_tables_to_appear_in_same_query!(
    comments,
    post_tags,
    posts,
    profiles,
    tags,
    translation_reviews,
    translations,
    users,
);
