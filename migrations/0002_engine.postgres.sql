-- differs: bytes are BLOB in SQLite and BYTEA in PostgreSQL; several nodes need a database server, so it tells what changed
-- owner: articles
CREATE TABLE image_file (
    image_id TEXT NOT NULL REFERENCES image (id),
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (image_id, width)
);

-- Searched by how an address begins: one range of the index, which the order of bytes gives, as in SQLite.
ALTER TABLE seat ALTER COLUMN email TYPE TEXT COLLATE "C";

CREATE FUNCTION lease_generation() RETURNS BIGINT LANGUAGE sql STABLE AS $$
    SELECT value::bigint FROM setting WHERE name = 'lease_generation';
$$;

-- By triggers, so that no way of changing a row can forget it: a command, a later version, somebody with psql.
CREATE FUNCTION tell(kind TEXT, about TEXT) RETURNS VOID LANGUAGE sql AS $$
    INSERT INTO change (txid, kind, about, happened_at)
    VALUES (pg_current_xact_id()::text::bigint, kind, about, (extract(epoch FROM clock_timestamp()) * 1000)::bigint);
$$;

-- Of a row that changed, the column named by the second argument; of a row that went or moved, the old one, too.
CREATE FUNCTION tell_row() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    old_about TEXT;
    new_about TEXT;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        EXECUTE format('SELECT ($1).%I', TG_ARGV[1]) INTO old_about USING OLD;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        EXECUTE format('SELECT ($1).%I', TG_ARGV[1]) INTO new_about USING NEW;
    END IF;
    IF new_about IS NOT NULL THEN
        PERFORM tell(TG_ARGV[0], new_about);
    END IF;
    IF old_about IS NOT NULL AND old_about IS DISTINCT FROM new_about THEN
        PERFORM tell(TG_ARGV[0], old_about);
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER tell AFTER UPDATE OF reader_id, device_id, expires_at, confirmed_at OR DELETE ON session
    FOR EACH ROW EXECUTE FUNCTION tell_row('session', 'token_hash');
CREATE TRIGGER tell AFTER UPDATE OF label, number, kind OR DELETE ON device
    FOR EACH ROW EXECUTE FUNCTION tell_row('device', 'id');
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON seat
    FOR EACH ROW EXECUTE FUNCTION tell_row('seat', 'reader_id');
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON article
    FOR EACH ROW EXECUTE FUNCTION tell_row('article', 'path');
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON story
    FOR EACH ROW EXECUTE FUNCTION tell_row('story', 'edition');
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON edition
    FOR EACH ROW EXECUTE FUNCTION tell_row('edition', 'slug');
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON topic
    FOR EACH ROW EXECUTE FUNCTION tell_row('edition', 'edition');
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON image
    FOR EACH ROW EXECUTE FUNCTION tell_row('image', 'id');

-- A session speaks its reader's language.
CREATE FUNCTION tell_sessions() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tell('session', token_hash) FROM session WHERE reader_id = NEW.id;
    RETURN NULL;
END;
$$;
CREATE TRIGGER tell AFTER UPDATE OF language ON reader
    FOR EACH ROW EXECUTE FUNCTION tell_sessions();

-- A subscription decides for how long its seats are good.
CREATE FUNCTION tell_seats() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tell('seat', reader_id) FROM seat WHERE subscription_id = NEW.id AND reader_id IS NOT NULL;
    RETURN NULL;
END;
$$;
CREATE TRIGGER tell AFTER UPDATE ON subscription
    FOR EACH ROW EXECUTE FUNCTION tell_seats();

-- A change of holder. The rest of the row is how the holder is being read on, which no node has to hear of. Written out, since
-- every take-over pays for it.
CREATE FUNCTION tell_lease() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change (txid, kind, about, happened_at)
    VALUES (pg_current_xact_id()::text::bigint, 'lease', NEW.reader_id || ' ' || NEW.generation || '.' || NEW.counter,
        (extract(epoch FROM clock_timestamp()) * 1000)::bigint);
    RETURN NULL;
END;
$$;
CREATE TRIGGER tell AFTER UPDATE ON lease
    FOR EACH ROW WHEN (OLD.generation <> NEW.generation OR OLD.counter <> NEW.counter)
    EXECUTE FUNCTION tell_lease();
