CREATE TABLE translations (
    post_id INTEGER NOT NULL,
    language VARCHAR(8) NOT NULL,
    title VARCHAR(255) NOT NULL,
    PRIMARY KEY (post_id, language),
    FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE
) DEFAULT CHARACTER SET utf8mb4;

CREATE TABLE translation_reviews (
    id INTEGER PRIMARY KEY AUTO_INCREMENT,
    post_id INTEGER NOT NULL,
    language VARCHAR(8) NOT NULL,
    reviewer_id INTEGER NOT NULL,
    verdict VARCHAR(255) NOT NULL,
    FOREIGN KEY (post_id, language) REFERENCES translations (post_id, language) ON DELETE CASCADE,
    FOREIGN KEY (reviewer_id) REFERENCES users (id) ON DELETE RESTRICT,
    INDEX translation_reviews_translation_idx (post_id, language),
    INDEX translation_reviews_reviewer_id_idx (reviewer_id)
) DEFAULT CHARACTER SET utf8mb4;
