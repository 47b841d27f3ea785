//! A few rows that fit on a screen, in SQL that every backend takes.

/// Four users: Ann has three posts and a profile, Bob two posts, Cid one that is edited by nobody, Dot nothing at all.
pub(crate) const FEW: &str = "
INSERT INTO users (id, email, name, active, created_at) VALUES
  (1, 'ann@example.com', 'Ann', TRUE, '2026-01-01 08:00:00'),
  (2, 'bob@example.com', 'Bob', TRUE, '2026-01-02 08:00:00'),
  (3, 'cid@example.com', 'Cid', FALSE, '2026-01-03 08:00:00'),
  (4, 'dot@example.com', 'Dot', TRUE, '2026-01-04 08:00:00');
INSERT INTO profiles (id, user_id, bio) VALUES (1, 1, 'Writes.'), (2, 3, 'Reads.');
INSERT INTO posts (id, author_id, editor_id, title, body, published, score, created_at) VALUES
  (10, 1, 2, 'Seeds', '..', TRUE, 5, '2026-02-01 10:00:00.000001'),
  (11, 1, NULL, 'Roots', '..', TRUE, NULL, '2026-02-02 10:00:00.000002'),
  (12, 1, 2, 'Leaves', '..', FALSE, 7, '2026-02-02 10:00:00.000002'),
  (20, 2, 1, 'Rain', '..', TRUE, 5, '2026-02-03 10:00:00.5'),
  (21, 2, NULL, 'Snow', '..', FALSE, 1, '2026-02-04 10:00:00'),
  (30, 3, NULL, 'Stone', '..', TRUE, NULL, '2026-02-04 10:00:00');
INSERT INTO comments (id, post_id, author_id, parent_id, body, created_at) VALUES
  (100, 10, 2, NULL, 'First!', '2026-03-01 09:00:00'),
  (101, 10, 3, 100, 'Second.', '2026-03-01 09:30:00'),
  (102, 20, 1, NULL, 'Wet.', '2026-03-02 09:00:00');
";

/// Tags of three of their posts, each post with an order of its own.
pub(crate) const TAGS: &str = "
INSERT INTO tags (id, name) VALUES (1, 'c'), (2, 'a'), (3, 'b'), (4, 'unused');
INSERT INTO post_tags (post_id, tag_id, position) VALUES (10, 1, 2), (10, 2, 1), (10, 3, 0), (11, 3, 0), (20, 2, 0), (20, 1, 5);
";
