DROP TABLE translation_reviews;
DROP TABLE translations;
