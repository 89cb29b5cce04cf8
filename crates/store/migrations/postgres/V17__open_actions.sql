-- Until when the steps of an action are expected to go on; NULL once it has ended. One whose time is over was interrupted.
ALTER TABLE actions ADD COLUMN open_until BIGINT;
