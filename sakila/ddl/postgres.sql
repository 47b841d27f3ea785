-- Sakila on PostgreSQL.
--
-- Text compares by its bytes (COLLATE "C"), so that one order by name or title holds on all three databases, whatever
-- the locale of the server. VARCHAR, not CHAR: the names of languages end in spaces, which CHAR ignores when it compares.

CREATE TABLE language (
    language_id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(20) COLLATE "C" NOT NULL,
    last_update TIMESTAMP NOT NULL
);

CREATE TABLE country (
    country_id INTEGER NOT NULL PRIMARY KEY,
    country VARCHAR(50) COLLATE "C" NOT NULL,
    last_update TIMESTAMP NOT NULL
);

CREATE TABLE city (
    city_id INTEGER NOT NULL PRIMARY KEY,
    city VARCHAR(50) COLLATE "C" NOT NULL,
    country_id INTEGER NOT NULL REFERENCES country (country_id),
    last_update TIMESTAMP NOT NULL
);
CREATE INDEX city_country_id_idx ON city (country_id);

CREATE TABLE address (
    address_id INTEGER NOT NULL PRIMARY KEY,
    address VARCHAR(50) COLLATE "C" NOT NULL,
    address2 VARCHAR(50) COLLATE "C",
    district VARCHAR(20) COLLATE "C" NOT NULL,
    city_id INTEGER NOT NULL REFERENCES city (city_id),
    postal_code VARCHAR(10) COLLATE "C",
    phone VARCHAR(20) COLLATE "C" NOT NULL,
    last_update TIMESTAMP NOT NULL
);
CREATE INDEX address_city_id_idx ON address (city_id);

-- Rows of store are loaded before their parents (store and staff are a circle), so its keys can be deferred.
CREATE TABLE store (
    store_id INTEGER NOT NULL PRIMARY KEY,
    manager_staff_id INTEGER NOT NULL,
    address_id INTEGER NOT NULL
        CONSTRAINT store_address_id_fkey REFERENCES address (address_id) DEFERRABLE,
    last_update TIMESTAMP NOT NULL
);
CREATE INDEX store_manager_staff_id_idx ON store (manager_staff_id);
CREATE INDEX store_address_id_idx ON store (address_id);

CREATE TABLE staff (
    staff_id INTEGER NOT NULL PRIMARY KEY,
    first_name VARCHAR(45) COLLATE "C" NOT NULL,
    last_name VARCHAR(45) COLLATE "C" NOT NULL,
    address_id INTEGER NOT NULL REFERENCES address (address_id),
    email VARCHAR(50) COLLATE "C" NOT NULL,
    store_id INTEGER NOT NULL REFERENCES store (store_id),
    active BOOLEAN NOT NULL,
    username VARCHAR(16) COLLATE "C" NOT NULL,
    last_update TIMESTAMP NOT NULL
);
ALTER TABLE store ADD CONSTRAINT store_manager_staff_id_fkey
    FOREIGN KEY (manager_staff_id) REFERENCES staff (staff_id) DEFERRABLE;
CREATE INDEX staff_address_id_idx ON staff (address_id);
CREATE INDEX staff_store_id_idx ON staff (store_id);

CREATE TABLE customer (
    customer_id INTEGER NOT NULL PRIMARY KEY,
    store_id INTEGER NOT NULL REFERENCES store (store_id),
    first_name VARCHAR(45) COLLATE "C" NOT NULL,
    last_name VARCHAR(45) COLLATE "C" NOT NULL,
    email VARCHAR(50) COLLATE "C" NOT NULL,
    address_id INTEGER NOT NULL REFERENCES address (address_id),
    create_date DATE NOT NULL,
    last_update TIMESTAMP NOT NULL,
    active BOOLEAN NOT NULL
);
CREATE INDEX customer_store_id_idx ON customer (store_id);
CREATE INDEX customer_address_id_idx ON customer (address_id);

CREATE TABLE actor (
    actor_id INTEGER NOT NULL PRIMARY KEY,
    first_name VARCHAR(45) COLLATE "C" NOT NULL,
    last_name VARCHAR(45) COLLATE "C" NOT NULL,
    last_update TIMESTAMP NOT NULL
);

CREATE TABLE category (
    category_id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(25) COLLATE "C" NOT NULL,
    last_update TIMESTAMP NOT NULL
);

CREATE TABLE film (
    film_id INTEGER NOT NULL PRIMARY KEY,
    title VARCHAR(255) COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    release_year INTEGER NOT NULL,
    language_id INTEGER NOT NULL REFERENCES language (language_id),
    original_language_id INTEGER REFERENCES language (language_id),
    rental_duration INTEGER NOT NULL,
    rental_rate DECIMAL(4, 2) NOT NULL,
    length INTEGER NOT NULL,
    replacement_cost DECIMAL(5, 2) NOT NULL,
    rating VARCHAR(10) COLLATE "C" NOT NULL,
    last_update TIMESTAMP NOT NULL,
    special_features TEXT COLLATE "C"
);
CREATE INDEX film_language_id_idx ON film (language_id);
CREATE INDEX film_original_language_id_idx ON film (original_language_id);
CREATE INDEX film_rental_rate_title_idx ON film (rental_rate, title);

-- The primary keys of the two junctions serve their first column; the second has an index of its own.
CREATE TABLE film_actor (
    actor_id INTEGER NOT NULL REFERENCES actor (actor_id),
    film_id INTEGER NOT NULL REFERENCES film (film_id),
    last_update TIMESTAMP NOT NULL,
    PRIMARY KEY (actor_id, film_id)
);
CREATE INDEX film_actor_film_id_idx ON film_actor (film_id);

CREATE TABLE film_category (
    film_id INTEGER NOT NULL REFERENCES film (film_id),
    category_id INTEGER NOT NULL REFERENCES category (category_id),
    last_update TIMESTAMP NOT NULL,
    PRIMARY KEY (film_id, category_id)
);
CREATE INDEX film_category_category_id_idx ON film_category (category_id);

CREATE TABLE inventory (
    inventory_id INTEGER NOT NULL PRIMARY KEY,
    film_id INTEGER NOT NULL REFERENCES film (film_id),
    store_id INTEGER NOT NULL REFERENCES store (store_id),
    last_update TIMESTAMP NOT NULL
);
CREATE INDEX inventory_film_id_idx ON inventory (film_id);
CREATE INDEX inventory_store_id_idx ON inventory (store_id);

CREATE TABLE rental (
    rental_id INTEGER NOT NULL PRIMARY KEY,
    rental_date TIMESTAMP NOT NULL,
    inventory_id INTEGER NOT NULL REFERENCES inventory (inventory_id),
    customer_id INTEGER NOT NULL REFERENCES customer (customer_id),
    return_date TIMESTAMP,
    staff_id INTEGER NOT NULL REFERENCES staff (staff_id),
    last_update TIMESTAMP NOT NULL
);
CREATE INDEX rental_inventory_id_idx ON rental (inventory_id);
CREATE INDEX rental_customer_id_idx ON rental (customer_id);
CREATE INDEX rental_staff_id_idx ON rental (staff_id);
CREATE INDEX rental_return_date_rental_id_idx ON rental (return_date, rental_id);

CREATE TABLE payment (
    payment_id INTEGER NOT NULL PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (customer_id),
    staff_id INTEGER NOT NULL REFERENCES staff (staff_id),
    rental_id INTEGER REFERENCES rental (rental_id),
    amount DECIMAL(5, 2) NOT NULL,
    payment_date TIMESTAMP NOT NULL
);
CREATE INDEX payment_customer_id_idx ON payment (customer_id);
CREATE INDEX payment_staff_id_idx ON payment (staff_id);
CREATE INDEX payment_rental_id_idx ON payment (rental_id);
CREATE INDEX payment_amount_payment_id_idx ON payment (amount DESC, payment_id ASC);
