-- The whole of Frontdesk's data. Every key of a business's rows begins with business_id, and every reference
-- carries it along, so that a row cannot refer to a row of another business.
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
    trade TEXT NOT NULL DEFAULT '',  -- "a dental practice"
    greeting TEXT NOT NULL DEFAULT '',  -- the caller's first sentence; empty: the language's own
    rules TEXT NOT NULL DEFAULT '',  -- what else the voice must keep to, in the owner's words
    owner_phone TEXT CHECK (owner_phone GLOB '+[1-9]*'),  -- where messages are sent to; NULL: nowhere
    grid_min INTEGER NOT NULL DEFAULT 30 CHECK (grid_min IN (15, 30, 45, 60)),  -- starts are counted in these
    notice_min INTEGER NOT NULL DEFAULT 120 CHECK (notice_min >= 0),
    days_ahead INTEGER NOT NULL DEFAULT 60 CHECK (days_ahead >= 0),
    notice TEXT DEFAULT '',  -- said before the greeting, word for word; empty: the standard one; NULL: none
    -- What the owner is to be told of it since an upgrade: that there is one now because calls are recorded, or
    -- that there is none.
    notice_news TEXT NOT NULL DEFAULT '' CHECK (notice_news IN ('', 'added', 'missing')),
    retention_days INTEGER NOT NULL DEFAULT 0 CHECK (retention_days >= 0),  -- of calls; 0: until removed by hand
    feed_token TEXT UNIQUE CHECK (length(feed_token) > 20),  -- who knows it may read the calendar; NULL: nobody
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    CHECK (keeps_audio = 0 OR notice IS NOT NULL)  -- nobody is recorded who was not told
) STRICT;

CREATE TABLE weekly_hours (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    resource_id INTEGER NOT NULL,  -- who or what is open; today every business has one, number 1
    weekday INTEGER NOT NULL CHECK (weekday BETWEEN 0 AND 6),  -- 0 is Monday
    opens_minute INTEGER NOT NULL CHECK (opens_minute >= 0),  -- of the day
    closes_minute INTEGER NOT NULL CHECK (closes_minute <= 1440),
    PRIMARY KEY (business_id, resource_id, weekday, opens_minute),
    CHECK (opens_minute < closes_minute)
) STRICT;

-- A date that does not follow its weekday. Its hours replace the weekday's; without any it is closed.
CREATE TABLE exception_days (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    resource_id INTEGER NOT NULL,
    date TEXT NOT NULL CHECK (date IS date(date)),  -- of the business's calendar
    note TEXT NOT NULL DEFAULT '',  -- why, for the owner: "Independence Day"
    PRIMARY KEY (business_id, resource_id, date)
) STRICT;

CREATE TABLE exception_hours (
    business_id INTEGER NOT NULL,
    resource_id INTEGER NOT NULL,
    date TEXT NOT NULL,
    opens_minute INTEGER NOT NULL CHECK (opens_minute >= 0),
    closes_minute INTEGER NOT NULL CHECK (closes_minute <= 1440),
    PRIMARY KEY (business_id, resource_id, date, opens_minute),
    FOREIGN KEY (business_id, resource_id, date)
    REFERENCES exception_days (business_id, resource_id, date) ON DELETE CASCADE,
    CHECK (opens_minute < closes_minute)
) STRICT;

CREATE TABLE services (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    id INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),  -- as it is said: "check-up"
    duration_min INTEGER NOT NULL CHECK (duration_min BETWEEN 5 AND 480),
    buffer_before_min INTEGER NOT NULL DEFAULT 0 CHECK (buffer_before_min BETWEEN 0 AND 240),
    buffer_after_min INTEGER NOT NULL DEFAULT 0 CHECK (buffer_after_min BETWEEN 0 AND 240),
    price TEXT NOT NULL DEFAULT '',  -- as it is said: "from eighty dollars"
    active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),  -- 0: no longer offered; appointments keep it
    PRIMARY KEY (business_id, id)
) STRICT;

CREATE UNIQUE INDEX services_by_name ON services (business_id, name COLLATE NOCASE) WHERE active = 1;

-- What callers ask about: parking, prices, the way.
CREATE TABLE facts (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    topic TEXT NOT NULL CHECK (topic <> ''),
    text TEXT NOT NULL CHECK (text <> ''),
    PRIMARY KEY (business_id, topic)
) STRICT;

-- To whom a caller may be put through: these and nobody else.
CREATE TABLE people (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    name TEXT NOT NULL CHECK (name <> ''),
    phone TEXT NOT NULL CHECK (phone GLOB '+[1-9]*'),
    position INTEGER NOT NULL,  -- the first is asked for when the caller names nobody
    PRIMARY KEY (business_id, name)
) STRICT;

-- Who is not let through: they hear that the line is busy.
CREATE TABLE blocked_callers (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    phone TEXT NOT NULL CHECK (phone GLOB '+[1-9]*'),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (business_id, phone)
) STRICT;

-- Thresholds of its calls that are not the deployment's (engine/settings.py), as they were written.
CREATE TABLE call_settings (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    name TEXT NOT NULL CHECK (name <> ''),
    value TEXT NOT NULL,
    PRIMARY KEY (business_id, name)
) STRICT;

CREATE TABLE leads (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    id INTEGER NOT NULL,
    phone TEXT CHECK (phone <> ''),  -- NULL: the caller withheld it
    callback_phone TEXT,  -- said in a call, so proves nothing; "+14155552671;ext=12" has an extension (RFC 3966)
    full_name TEXT,
    email TEXT,
    notes TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT 'phone' CHECK (source <> ''),  -- 'owner': written in by hand; 'test'
    last_call_sid TEXT,  -- NULL: never rang
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
    transfer_to TEXT,  -- the number that the caller was last put through to
    -- How that ended, in Twilio's words; NULL: nobody has said yet.
    dial_status TEXT
    CHECK (dial_status IN ('completed', 'answered', 'busy', 'no-answer', 'failed', 'canceled')),
    test INTEGER NOT NULL DEFAULT 0 CHECK (test IN (0, 1)),  -- an owner tried the receptionist: nothing counts
    removed_at TEXT CHECK (removed_at IS NULL OR removed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', removed_at)),
    PRIMARY KEY (business_id, call_sid),
    FOREIGN KEY (business_id, lead_id) REFERENCES leads (business_id, id),
    CHECK (outcome IS NOT NULL OR (ended_at IS NULL AND duration_ms IS NULL))
) STRICT;

CREATE INDEX calls_by_sid ON calls (call_sid);
CREATE INDEX calls_by_start ON calls (business_id, started_at);
CREATE INDEX calls_by_lead ON calls (business_id, lead_id, started_at);
CREATE INDEX calls_test ON calls (business_id, call_sid) WHERE test = 1;
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

-- What is wrong with a call, for the owner: what the bot said, and what is true.
CREATE TABLE call_flags (
    business_id INTEGER NOT NULL,
    call_sid TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq >= 0),
    kind TEXT NOT NULL CHECK (kind IN ('said_not_done', 'confirmation_not_heard')),
    said TEXT NOT NULL,
    done TEXT NOT NULL,
    PRIMARY KEY (business_id, call_sid, seq),
    FOREIGN KEY (business_id, call_sid) REFERENCES calls (business_id, call_sid)
) STRICT;

CREATE TABLE appointments (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    id INTEGER NOT NULL,
    resource_id INTEGER NOT NULL,  -- who or what is busy; today every business has one, number 1
    lead_id INTEGER NOT NULL,
    full_name TEXT,  -- under which it was made: a caller who knows it may change it, so no later call changes it
    call_sid TEXT,  -- NULL: written in by the owner, or the call has been erased
    service_id INTEGER,
    starts_at TEXT NOT NULL CHECK (starts_at IS strftime('%Y-%m-%dT%H:%M:%SZ', starts_at)),
    ends_at TEXT NOT NULL CHECK (ends_at IS strftime('%Y-%m-%dT%H:%M:%SZ', ends_at)),
    -- The time that nobody else can have: the appointment with its buffers.
    busy_start TEXT NOT NULL CHECK (busy_start IS strftime('%Y-%m-%dT%H:%M:%SZ', busy_start)),
    busy_end TEXT NOT NULL CHECK (busy_end IS strftime('%Y-%m-%dT%H:%M:%SZ', busy_end)),
    notes TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'cancelled')),
    confirmed_heard INTEGER NOT NULL DEFAULT 0 CHECK (confirmed_heard IN (0, 1)),
    wants_sms INTEGER NOT NULL DEFAULT 0 CHECK (wants_sms IN (0, 1)),  -- the caller agreed to a text message
    test INTEGER NOT NULL DEFAULT 0 CHECK (test IN (0, 1)),  -- of a test call: keeps nobody else from the time
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (business_id, id),
    FOREIGN KEY (business_id, lead_id) REFERENCES leads (business_id, id),
    FOREIGN KEY (business_id, call_sid) REFERENCES calls (business_id, call_sid),
    FOREIGN KEY (business_id, service_id) REFERENCES services (business_id, id),
    CHECK (starts_at < ends_at),
    CHECK (busy_start <= starts_at AND ends_at <= busy_end)
) STRICT;

-- The idempotency key: a call that asks twice for one time has one appointment.
CREATE UNIQUE INDEX appointments_once ON appointments (business_id, call_sid, starts_at) WHERE status = 'booked';
CREATE INDEX appointments_by_call ON appointments (business_id, call_sid, starts_at);
CREATE INDEX appointments_by_lead ON appointments (business_id, lead_id, starts_at);
-- busy_end first: "ends after now" leaves out the past, which only grows.
CREATE INDEX appointments_busy ON appointments (business_id, resource_id, busy_end, busy_start)
WHERE status = 'booked' AND test = 0;

-- The last word on double booking, whoever writes. Intervals are half-open: one may begin as another ends.
CREATE TRIGGER appointments_no_overlap_insert BEFORE INSERT ON appointments
WHEN NEW.status = 'booked' AND NEW.test = 0
BEGIN
    SELECT RAISE(ABORT, 'slot taken') WHERE EXISTS (
        SELECT 1 FROM appointments
        WHERE business_id = NEW.business_id AND resource_id = NEW.resource_id AND status = 'booked' AND test = 0
        AND busy_end > NEW.busy_start AND busy_start < NEW.busy_end
    );
END;

CREATE TRIGGER appointments_no_overlap_update BEFORE UPDATE ON appointments
WHEN NEW.status = 'booked' AND NEW.test = 0
BEGIN
    SELECT RAISE(ABORT, 'slot taken') WHERE EXISTS (
        SELECT 1 FROM appointments
        WHERE business_id = NEW.business_id AND resource_id = NEW.resource_id AND status = 'booked' AND test = 0
        AND busy_end > NEW.busy_start AND busy_start < NEW.busy_end
        AND rowid <> OLD.rowid
    );
END;

-- What a caller has shown to be theirs, also in an earlier stream of the call.
CREATE TABLE proofs (
    business_id INTEGER NOT NULL,
    call_sid TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq >= 0),
    appointment_id INTEGER NOT NULL,
    PRIMARY KEY (business_id, call_sid, seq),
    FOREIGN KEY (business_id, call_sid) REFERENCES calls (business_id, call_sid) ON DELETE CASCADE,
    FOREIGN KEY (business_id, appointment_id) REFERENCES appointments (business_id, id) ON DELETE CASCADE
) STRICT;

CREATE INDEX proofs_by_appointment ON proofs (business_id, appointment_id);

-- How often wrong facts came from a number on a day, in whichever calls: askings that failed with a day, or with
-- a name alone.
CREATE TABLE wrong_facts (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    phone TEXT NOT NULL CHECK (phone GLOB '+[1-9]*'),
    date TEXT NOT NULL CHECK (date IS date(date)),  -- of the business's calendar
    kind TEXT NOT NULL CHECK (kind IN ('name', 'day')),
    count INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (business_id, phone, date, kind)
) STRICT;

-- Times that a live call has offered its caller: nobody else's until the call ends, or they expire.
CREATE TABLE holds (
    business_id INTEGER NOT NULL,
    resource_id INTEGER NOT NULL,
    call_sid TEXT NOT NULL,
    busy_start TEXT NOT NULL CHECK (busy_start IS strftime('%Y-%m-%dT%H:%M:%SZ', busy_start)),
    busy_end TEXT NOT NULL CHECK (busy_end IS strftime('%Y-%m-%dT%H:%M:%SZ', busy_end)),
    expires_at TEXT NOT NULL CHECK (expires_at IS strftime('%Y-%m-%dT%H:%M:%SZ', expires_at)),
    PRIMARY KEY (business_id, resource_id, call_sid, busy_start),
    FOREIGN KEY (business_id, call_sid) REFERENCES calls (business_id, call_sid),
    CHECK (busy_start < busy_end)
) STRICT;

CREATE INDEX holds_by_call ON holds (business_id, call_sid);

CREATE TABLE messages (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    call_sid TEXT,  -- NULL: the call has been erased
    text TEXT NOT NULL CHECK (text <> ''),
    status TEXT NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'done')),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (business_id, id),
    FOREIGN KEY (business_id, lead_id) REFERENCES leads (business_id, id),
    FOREIGN KEY (business_id, call_sid) REFERENCES calls (business_id, call_sid)
) STRICT;

-- A call that says the same thing twice has left one message.
CREATE UNIQUE INDEX messages_once ON messages (business_id, call_sid, text);
CREATE INDEX messages_waiting ON messages (business_id, id) WHERE status = 'new';
CREATE INDEX messages_by_lead ON messages (business_id, lead_id);

-- That calls reach a business from outside, with the server as it is set up: written at the first, and no more.
CREATE TABLE reached (
    business_id INTEGER NOT NULL PRIMARY KEY REFERENCES businesses (id),
    setup TEXT NOT NULL CHECK (length(setup) = 64),  -- a fingerprint of it: web/reached.py
    came_at TEXT NOT NULL CHECK (came_at IS strftime('%Y-%m-%dT%H:%M:%SZ', came_at)),  -- a signed webhook
    heard_at TEXT CHECK (heard_at IS strftime('%Y-%m-%dT%H:%M:%SZ', heard_at))  -- by a caller; NULL: not yet
) STRICT;

-- What is to be sent once the call has ended. Written with the call's final record, sent by a task of the server.
CREATE TABLE outbox (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    id INTEGER NOT NULL,
    call_sid TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('to_owner', 'confirmation')),
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'whatsapp')),
    recipient TEXT NOT NULL CHECK (recipient GLOB '+[1-9]*'),
    body TEXT NOT NULL CHECK (body <> ''),
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    due_at TEXT NOT NULL CHECK (due_at IS strftime('%Y-%m-%dT%H:%M:%SZ', due_at)),
    problem TEXT NOT NULL DEFAULT '',  -- of the last attempt
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (business_id, id),
    FOREIGN KEY (business_id, call_sid) REFERENCES calls (business_id, call_sid)
) STRICT;

-- Each call says each thing once, also if its end is written twice.
CREATE UNIQUE INDEX outbox_once ON outbox (business_id, call_sid, kind, recipient, body);
CREATE INDEX outbox_due ON outbox (due_at) WHERE status = 'pending';
CREATE INDEX outbox_failed ON outbox (due_at) WHERE status = 'failed';

-- Who may sign in to the pages. An owner sees the businesses of owner_businesses, an administrator all.
CREATE TABLE owners (
    id INTEGER NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (email <> ''),
    password_hash TEXT NOT NULL CHECK (password_hash GLOB '$argon2id$*'),
    language TEXT NOT NULL,  -- of the pages: the receptionist's is the business's
    administrator INTEGER NOT NULL DEFAULT 0 CHECK (administrator IN (0, 1)),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;

CREATE TABLE owner_businesses (
    owner_id INTEGER NOT NULL REFERENCES owners (id) ON DELETE CASCADE,
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    PRIMARY KEY (owner_id, business_id)
) STRICT;

CREATE INDEX owner_businesses_by_business ON owner_businesses (business_id, owner_id);

-- A browser that is signed in. Only a hash of its token is kept: who reads this file cannot sign in with it.
CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY CHECK (length(token_hash) = 64),
    id INTEGER NOT NULL UNIQUE,  -- by which an owner names it, to end it
    owner_id INTEGER NOT NULL REFERENCES owners (id) ON DELETE CASCADE,
    browser TEXT NOT NULL DEFAULT '',  -- as it names itself
    seen_at TEXT NOT NULL CHECK (seen_at IS strftime('%Y-%m-%dT%H:%M:%SZ', seen_at)),
    expires_at TEXT NOT NULL CHECK (expires_at IS strftime('%Y-%m-%dT%H:%M:%SZ', expires_at)),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;

CREATE INDEX sessions_by_owner ON sessions (owner_id, seen_at);

-- A link that lets somebody in once: the first administrator (both NULL), another owner of a business, or an
-- owner who has lost the password.
CREATE TABLE links (
    token_hash TEXT NOT NULL PRIMARY KEY CHECK (length(token_hash) = 64),
    business_id INTEGER REFERENCES businesses (id),
    owner_id INTEGER REFERENCES owners (id) ON DELETE CASCADE,
    expires_at TEXT NOT NULL CHECK (expires_at IS strftime('%Y-%m-%dT%H:%M:%SZ', expires_at)),
    CHECK (business_id IS NULL OR owner_id IS NULL)
) STRICT;

-- The last id that was given to a row of a business in each table: none is given twice.
CREATE TABLE last_ids (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    of_table TEXT NOT NULL CHECK (of_table <> ''),
    id INTEGER NOT NULL,
    PRIMARY KEY (business_id, of_table)
) STRICT;

-- What was changed in the pages, with what was there before, so that it can be taken back, and with what it left:
-- what does not stand as the change left it is not put back.
CREATE TABLE changes (
    business_id INTEGER NOT NULL REFERENCES businesses (id),
    id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),  -- of what; storage/changes.py lists them
    key TEXT NOT NULL,  -- which of these; '' where there is one
    before TEXT NOT NULL CHECK (json_valid(before)),
    after TEXT CHECK (after IS NULL OR json_valid(after)),  -- NULL: of an earlier release, and not known
    made_at TEXT NOT NULL CHECK (made_at IS strftime('%Y-%m-%dT%H:%M:%SZ', made_at)),
    PRIMARY KEY (business_id, id)
) STRICT;
