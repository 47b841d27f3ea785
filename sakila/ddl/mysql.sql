-- Sakila on MySQL and MariaDB.
--
-- Text compares by its bytes (utf8mb4_bin), so that one order by name or title holds on all three databases. DATETIME,
-- not TIMESTAMP: a TIMESTAMP depends on the time zone of the session, which has no half past two on one night in spring.
-- Foreign keys are constraints of the table: MySQL ignores a REFERENCES written beside a column.

CREATE TABLE language (
    language_id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(20) NOT NULL,
    last_update DATETIME NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE country (
    country_id INTEGER NOT NULL PRIMARY KEY,
    country VARCHAR(50) NOT NULL,
    last_update DATETIME NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE city (
    city_id INTEGER NOT NULL PRIMARY KEY,
    city VARCHAR(50) NOT NULL,
    country_id INTEGER NOT NULL,
    last_update DATETIME NOT NULL,
    INDEX city_country_id_idx (country_id),
    CONSTRAINT city_country_id_fkey FOREIGN KEY (country_id) REFERENCES country (country_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE address (
    address_id INTEGER NOT NULL PRIMARY KEY,
    address VARCHAR(50) NOT NULL,
    address2 VARCHAR(50),
    district VARCHAR(20) NOT NULL,
    city_id INTEGER NOT NULL,
    postal_code VARCHAR(10),
    phone VARCHAR(20) NOT NULL,
    last_update DATETIME NOT NULL,
    INDEX address_city_id_idx (city_id),
    CONSTRAINT address_city_id_fkey FOREIGN KEY (city_id) REFERENCES city (city_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE store (
    store_id INTEGER NOT NULL PRIMARY KEY,
    manager_staff_id INTEGER NOT NULL,
    address_id INTEGER NOT NULL,
    last_update DATETIME NOT NULL,
    INDEX store_manager_staff_id_idx (manager_staff_id),
    INDEX store_address_id_idx (address_id),
    CONSTRAINT store_address_id_fkey FOREIGN KEY (address_id) REFERENCES address (address_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE staff (
    staff_id INTEGER NOT NULL PRIMARY KEY,
    first_name VARCHAR(45) NOT NULL,
    last_name VARCHAR(45) NOT NULL,
    address_id INTEGER NOT NULL,
    email VARCHAR(50) NOT NULL,
    store_id INTEGER NOT NULL,
    active BOOLEAN NOT NULL,
    username VARCHAR(16) NOT NULL,
    last_update DATETIME NOT NULL,
    INDEX staff_address_id_idx (address_id),
    INDEX staff_store_id_idx (store_id),
    CONSTRAINT staff_address_id_fkey FOREIGN KEY (address_id) REFERENCES address (address_id),
    CONSTRAINT staff_store_id_fkey FOREIGN KEY (store_id) REFERENCES store (store_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
ALTER TABLE store ADD CONSTRAINT store_manager_staff_id_fkey
    FOREIGN KEY (manager_staff_id) REFERENCES staff (staff_id);

CREATE TABLE customer (
    customer_id INTEGER NOT NULL PRIMARY KEY,
    store_id INTEGER NOT NULL,
    first_name VARCHAR(45) NOT NULL,
    last_name VARCHAR(45) NOT NULL,
    email VARCHAR(50) NOT NULL,
    address_id INTEGER NOT NULL,
    create_date DATE NOT NULL,
    last_update DATETIME NOT NULL,
    active BOOLEAN NOT NULL,
    INDEX customer_store_id_idx (store_id),
    INDEX customer_address_id_idx (address_id),
    CONSTRAINT customer_store_id_fkey FOREIGN KEY (store_id) REFERENCES store (store_id),
    CONSTRAINT customer_address_id_fkey FOREIGN KEY (address_id) REFERENCES address (address_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE actor (
    actor_id INTEGER NOT NULL PRIMARY KEY,
    first_name VARCHAR(45) NOT NULL,
    last_name VARCHAR(45) NOT NULL,
    last_update DATETIME NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE category (
    category_id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(25) NOT NULL,
    last_update DATETIME NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE film (
    film_id INTEGER NOT NULL PRIMARY KEY,
    title VARCHAR(255) NOT NULL,
    description TEXT NOT NULL,
    release_year INTEGER NOT NULL,
    language_id INTEGER NOT NULL,
    original_language_id INTEGER,
    rental_duration INTEGER NOT NULL,
    rental_rate DECIMAL(4, 2) NOT NULL,
    length INTEGER NOT NULL,
    replacement_cost DECIMAL(5, 2) NOT NULL,
    rating VARCHAR(10) NOT NULL,
    last_update DATETIME NOT NULL,
    special_features TEXT,
    INDEX film_language_id_idx (language_id),
    INDEX film_original_language_id_idx (original_language_id),
    INDEX film_rental_rate_title_idx (rental_rate, title),
    CONSTRAINT film_language_id_fkey FOREIGN KEY (language_id) REFERENCES language (language_id),
    CONSTRAINT film_original_language_id_fkey FOREIGN KEY (original_language_id) REFERENCES language (language_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The primary keys of the two junctions serve their first column; the second has an index of its own.
CREATE TABLE film_actor (
    actor_id INTEGER NOT NULL,
    film_id INTEGER NOT NULL,
    last_update DATETIME NOT NULL,
    PRIMARY KEY (actor_id, film_id),
    INDEX film_actor_film_id_idx (film_id),
    CONSTRAINT film_actor_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor (actor_id),
    CONSTRAINT film_actor_film_id_fkey FOREIGN KEY (film_id) REFERENCES film (film_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE film_category (
    film_id INTEGER NOT NULL,
    category_id INTEGER NOT NULL,
    last_update DATETIME NOT NULL,
    PRIMARY KEY (film_id, category_id),
    INDEX film_category_category_id_idx (category_id),
    CONSTRAINT film_category_film_id_fkey FOREIGN KEY (film_id) REFERENCES film (film_id),
    CONSTRAINT film_category_category_id_fkey FOREIGN KEY (category_id) REFERENCES category (category_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE inventory (
    inventory_id INTEGER NOT NULL PRIMARY KEY,
    film_id INTEGER NOT NULL,
    store_id INTEGER NOT NULL,
    last_update DATETIME NOT NULL,
    INDEX inventory_film_id_idx (film_id),
    INDEX inventory_store_id_idx (store_id),
    CONSTRAINT inventory_film_id_fkey FOREIGN KEY (film_id) REFERENCES film (film_id),
    CONSTRAINT inventory_store_id_fkey FOREIGN KEY (store_id) REFERENCES store (store_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE rental (
    rental_id INTEGER NOT NULL PRIMARY KEY,
    rental_date DATETIME NOT NULL,
    inventory_id INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    return_date DATETIME,
    staff_id INTEGER NOT NULL,
    last_update DATETIME NOT NULL,
    INDEX rental_inventory_id_idx (inventory_id),
    INDEX rental_customer_id_idx (customer_id),
    INDEX rental_staff_id_idx (staff_id),
    INDEX rental_return_date_rental_id_idx (return_date, rental_id),
    CONSTRAINT rental_inventory_id_fkey FOREIGN KEY (inventory_id) REFERENCES inventory (inventory_id),
    CONSTRAINT rental_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customer (customer_id),
    CONSTRAINT rental_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff (staff_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE payment (
    payment_id INTEGER NOT NULL PRIMARY KEY,
    customer_id INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    rental_id INTEGER,
    amount DECIMAL(5, 2) NOT NULL,
    payment_date DATETIME NOT NULL,
    INDEX payment_customer_id_idx (customer_id),
    INDEX payment_staff_id_idx (staff_id),
    INDEX payment_rental_id_idx (rental_id),
    INDEX payment_amount_payment_id_idx (amount DESC, payment_id ASC),
    CONSTRAINT payment_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customer (customer_id),
    CONSTRAINT payment_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff (staff_id),
    CONSTRAINT payment_rental_id_fkey FOREIGN KEY (rental_id) REFERENCES rental (rental_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
