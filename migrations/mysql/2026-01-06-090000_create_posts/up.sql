CREATE TABLE posts (
    id INTEGER PRIMARY KEY AUTO_INCREMENT,
    author_id INTEGER NOT NULL,
    editor_id INTEGER,
    title VARCHAR(255) NOT NULL,
    body TEXT NOT NULL,
    published BOOLEAN NOT NULL DEFAULT FALSE,
    score INTEGER,
    created_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
    FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE RESTRICT,
    FOREIGN KEY (editor_id) REFERENCES users (id) ON DELETE SET NULL,
    INDEX posts_author_id_idx (author_id, created_at, id),
    INDEX posts_editor_id_idx (editor_id),
    INDEX posts_created_at_idx (created_at, id)
) DEFAULT CHARACTER SET utf8mb4;

CREATE TABLE comments (
    id INTEGER PRIMARY KEY AUTO_INCREMENT,
    post_id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    parent_id INTEGER,
    body TEXT NOT NULL,
    created_at DATETIME(6) NOT NULL DEFAULT (UTC_TIMESTAMP(6)),
    FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
    FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE RESTRICT,
    FOREIGN KEY (parent_id) REFERENCES comments (id) ON DELETE CASCADE,
    INDEX comments_post_id_idx (post_id, created_at, id),
    INDEX comments_author_id_idx (author_id),
    INDEX comments_parent_id_idx (parent_id)
) DEFAULT CHARACTER SET utf8mb4;
