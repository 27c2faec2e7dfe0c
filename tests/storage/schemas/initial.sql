-- The whole of Frontdesk's data. Every key begins with business_id, and every reference carries it along,
-- so that a row cannot refer to a row of another business.
--
-- Instants are UTC text, 'YYYY-MM-DDTHH:MM:SSZ': it sorts as time. Hours are wall time in the business's zone.
-- Changing this file needs a step in storage/migrations.py that makes the same change to existing files.

CREATE TABLE businesses (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    number TEXT NOT NULL UNIQUE CHECK (number GLOB '+[1-9]*'),  -- E.164: the called number decides the business
    timezone TEXT NOT NULL,  -- IANA name
    language TEXT NOT NULL,  -- ISO 639
    keeps_audio INTEGER NOT NULL DEFAULT 0 CHECK (keeps_audio IN (0, 1)),  -- of its calls, beside this file
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;

CREATE TABLE weekly_hours (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    weekday INTEGER NOT NULL CHECK (weekday BETWEEN 0 AND 6),  -- 0 is Monday
    opens_minute INTEGER NOT NULL CHECK (opens_minute >= 0),  -- of the day
    closes_minute INTEGER NOT NULL CHECK (closes_minute <= 1440),
    PRIMARY KEY (business_id, weekday, opens_minute),
    CHECK (opens_minute < closes_minute)
) STRICT;

CREATE TABLE leads (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    id INTEGER NOT NULL,
    phone TEXT CHECK (phone <> ''),  -- NULL: the caller withheld it
    full_name TEXT,
    email TEXT,
    last_call_sid TEXT NOT NULL,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (business_id, id)
) STRICT;

CREATE UNIQUE INDEX leads_by_phone ON leads (business_id, phone) WHERE phone IS NOT NULL;
-- Two callers who withhold their number are two people; one of them is one lead however often we are asked.
CREATE UNIQUE INDEX leads_withheld ON leads (business_id, last_call_sid) WHERE phone IS NULL;

CREATE TABLE calls (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    call_sid TEXT NOT NULL CHECK (call_sid <> ''),
    lead_id INTEGER,
    caller TEXT,  -- NULL: withheld
    started_at TEXT NOT NULL CHECK (started_at IS strftime('%Y-%m-%dT%H:%M:%SZ', started_at)),
    ended_at TEXT CHECK (ended_at IS NULL OR ended_at IS strftime('%Y-%m-%dT%H:%M:%SZ', ended_at)),
    outcome TEXT CHECK (outcome <> ''),  -- NULL while the call is live
    detail TEXT NOT NULL DEFAULT '',
    duration_ms INTEGER CHECK (duration_ms >= 0),
    PRIMARY KEY (business_id, call_sid),
    FOREIGN KEY (business_id, lead_id) REFERENCES leads (business_id, id),
    CHECK (outcome IS NOT NULL OR (ended_at IS NULL AND duration_ms IS NULL))
) STRICT;

CREATE INDEX calls_by_sid ON calls (call_sid);
CREATE INDEX calls_live ON calls (business_id, call_sid) WHERE outcome IS NULL;

CREATE TABLE call_events (
    business_id INTEGER NOT NULL,
    call_sid TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq >= 0),
    at_ms INTEGER NOT NULL,  -- since the media stream started
    kind TEXT NOT NULL CHECK (kind <> ''),
    fields TEXT NOT NULL CHECK (json_type(fields) IS 'object'),
    PRIMARY KEY (business_id, call_sid, seq),
    FOREIGN KEY (business_id, call_sid) REFERENCES calls (business_id, call_sid)
) STRICT;

CREATE TABLE appointments (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    id INTEGER NOT NULL,
    resource_id INTEGER NOT NULL,  -- who or what is busy; today every business has one, number 1
    lead_id INTEGER NOT NULL,
    call_sid TEXT NOT NULL,
    starts_at TEXT NOT NULL CHECK (starts_at IS strftime('%Y-%m-%dT%H:%M:%SZ', starts_at)),
    ends_at TEXT NOT NULL CHECK (ends_at IS strftime('%Y-%m-%dT%H:%M:%SZ', ends_at)),
    -- The time that nobody else can have: the appointment with its buffers.
    busy_start TEXT NOT NULL CHECK (busy_start IS strftime('%Y-%m-%dT%H:%M:%SZ', busy_start)),
    busy_end TEXT NOT NULL CHECK (busy_end IS strftime('%Y-%m-%dT%H:%M:%SZ', busy_end)),
    notes TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'cancelled')),
    confirmed_heard INTEGER NOT NULL DEFAULT 0 CHECK (confirmed_heard IN (0, 1)),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (business_id, id),
    FOREIGN KEY (business_id, lead_id) REFERENCES leads (business_id, id),
    FOREIGN KEY (business_id, call_sid) REFERENCES calls (business_id, call_sid),
    CHECK (starts_at < ends_at),
    CHECK (busy_start <= starts_at AND ends_at <= busy_end)
) STRICT;

-- The idempotency key: a call that asks twice for one time has one appointment.
CREATE UNIQUE INDEX appointments_once ON appointments (business_id, call_sid, starts_at) WHERE status = 'booked';
CREATE INDEX appointments_by_call ON appointments (business_id, call_sid, starts_at);
-- busy_end first: "ends after now" leaves out the past, which only grows.
CREATE INDEX appointments_busy ON appointments (business_id, resource_id, busy_end, busy_start)
WHERE status = 'booked';

-- The last word on double booking, whoever writes. Intervals are half-open: one may begin as another ends.
CREATE TRIGGER appointments_no_overlap_insert BEFORE INSERT ON appointments WHEN NEW.status = 'booked'
BEGIN
    SELECT RAISE(ABORT, 'slot taken') WHERE EXISTS (
        SELECT 1 FROM appointments
        WHERE business_id = NEW.business_id AND resource_id = NEW.resource_id AND status = 'booked'
        AND busy_end > NEW.busy_start AND busy_start < NEW.busy_end
    );
END;

CREATE TRIGGER appointments_no_overlap_update BEFORE UPDATE ON appointments WHEN NEW.status = 'booked'
BEGIN
    SELECT RAISE(ABORT, 'slot taken') WHERE EXISTS (
        SELECT 1 FROM appointments
        WHERE business_id = NEW.business_id AND resource_id = NEW.resource_id AND status = 'booked'
        AND busy_end > NEW.busy_start AND busy_start < NEW.busy_end
        AND rowid <> OLD.rowid
    );
END;
