"""The schema's history. Append only: a released step never changes.

Rules of the schema: no foreign keys and no secondary indexes (DuckDB's are both
slower and less safe than doing without), times in microseconds since the epoch,
`seq` for order, JSON where only people look inside.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .faults import Unsupported

if TYPE_CHECKING:
    from .db import Cursor


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One step: from the version before it to `version`."""

    version: int
    name: str
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        version=1,
        name="conversations",
        statements=(
            """CREATE TABLE sessions (
                id VARCHAR PRIMARY KEY,
                owner VARCHAR NOT NULL,
                title VARCHAR NOT NULL,
                config JSON NOT NULL,
                messages INTEGER NOT NULL,
                created_us BIGINT NOT NULL,
                updated_us BIGINT NOT NULL,
                used_seq BIGINT NOT NULL
            )""",
            """CREATE TABLE turns (
                id VARCHAR PRIMARY KEY,
                session_id VARCHAR NOT NULL,
                client_message_id VARCHAR NOT NULL,
                message_id VARCHAR NOT NULL,
                answer_id VARCHAR NOT NULL,
                state VARCHAR NOT NULL,
                strategy VARCHAR,
                finish_reason VARCHAR,
                created_us BIGINT NOT NULL,
                ended_us BIGINT,
                UNIQUE (session_id, client_message_id)
            )""",
            """CREATE TABLE messages (
                id VARCHAR PRIMARY KEY,
                seq BIGINT NOT NULL,
                session_id VARCHAR NOT NULL,
                turn_id VARCHAR NOT NULL,
                role VARCHAR NOT NULL,
                text VARCHAR NOT NULL,
                stages JSON NOT NULL,
                state VARCHAR NOT NULL,
                created_us BIGINT NOT NULL,
                tokens INTEGER NOT NULL,
                processing_ms DOUBLE,
                model VARCHAR,
                parameters JSON NOT NULL,
                prompt_template VARCHAR
            )""",
            """CREATE TABLE message_chunks (
                turn_id VARCHAR NOT NULL,
                seq BIGINT NOT NULL,
                stage VARCHAR NOT NULL,
                text VARCHAR NOT NULL
            )""",
            """CREATE TABLE decisions (
                seq BIGINT PRIMARY KEY,
                turn_id VARCHAR NOT NULL,
                name VARCHAR NOT NULL,
                options JSON NOT NULL,
                chosen VARCHAR NOT NULL,
                calibrated BOOLEAN NOT NULL,
                tokens INTEGER NOT NULL,
                ms DOUBLE NOT NULL
            )""",
            """CREATE TABLE metrics (
                turn_id VARCHAR PRIMARY KEY,
                total_ms DOUBLE NOT NULL,
                first_token_ms DOUBLE,
                token_ms DOUBLE,
                tokens_per_s DOUBLE,
                prompt_tokens INTEGER NOT NULL,
                cached_tokens INTEGER NOT NULL,
                generated_tokens INTEGER NOT NULL,
                strategy VARCHAR,
                decisions INTEGER NOT NULL,
                stages JSON NOT NULL
            )""",
        ),
    ),
    Migration(
        version=2,
        name="answers judged, refined and replayed",
        statements=(
            "ALTER TABLE decisions ADD COLUMN source VARCHAR DEFAULT 'model'",
            "ALTER TABLE turns ADD COLUMN refinement JSON",
            "ALTER TABLE turns ADD COLUMN quality JSON",
            "ALTER TABLE turns ADD COLUMN revisions JSON",
            "ALTER TABLE metrics ADD COLUMN llm_first_share DOUBLE",
            "ALTER TABLE metrics ADD COLUMN quality DOUBLE",
            "ALTER TABLE metrics ADD COLUMN tier VARCHAR",
            "ALTER TABLE metrics ADD COLUMN is_replay BOOLEAN DEFAULT false",
            """CREATE TABLE responses (
                key VARCHAR PRIMARY KEY,
                turn_id VARCHAR NOT NULL,
                created_us BIGINT NOT NULL
            )""",
        ),
    ),
    Migration(
        version=3,
        name="branches",
        statements=(
            # Of the session: numbers are compared far faster than ids.
            "ALTER TABLE messages ADD COLUMN session_key UBIGINT",
            # The turn that this one follows; NULL for one that begins a conversation.
            "ALTER TABLE messages ADD COLUMN parent_id VARCHAR",
            "ALTER TABLE messages ADD COLUMN is_current BOOLEAN DEFAULT true",
            # Its figures were taken on another server, or another user's.
            "ALTER TABLE turns ADD COLUMN is_imported BOOLEAN DEFAULT false",
            """UPDATE messages SET
                session_key = md5_number_lower(session_id), parent_id = turn.parent_id
            FROM (
                SELECT turn_id, lag(turn_id)
                    OVER (PARTITION BY session_id ORDER BY seq) AS parent_id
                FROM messages WHERE role = 'user'
            ) AS turn WHERE turn.turn_id = messages.turn_id""",
        ),
    ),
    Migration(
        version=4,
        name="search",
        statements=(
            """CREATE TABLE search_documents (
                doc BIGINT NOT NULL,
                owner VARCHAR NOT NULL,
                length INTEGER NOT NULL
            )""",
            """CREATE TABLE search_titles (
                doc BIGINT NOT NULL,
                session_id VARCHAR NOT NULL,
                title VARCHAR NOT NULL
            )""",
            # Sorted within each segment; 0 is what has been added last, as it came.
            """CREATE TABLE search_postings (
                owner VARCHAR NOT NULL,
                segment INTEGER NOT NULL,
                term VARCHAR NOT NULL,
                doc BIGINT NOT NULL,
                tf USMALLINT NOT NULL,
                length USMALLINT NOT NULL
            )""",
            """CREATE TABLE search_segments (
                id INTEGER NOT NULL,
                documents INTEGER NOT NULL
            )""",
        ),
    ),
    Migration(
        version=5,
        name="notices",
        statements=("ALTER TABLE turns ADD COLUMN notices JSON",),
    ),
)

_HISTORY = """CREATE TABLE IF NOT EXISTS schema_version (
    version INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    applied_us BIGINT NOT NULL
)"""


def version(cursor: Cursor) -> int:
    """The schema's version; 0 for an empty database.

    Raises Unsupported for a database that is someone else's.
    """
    found = cursor.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal")
    if not found:
        return 0
    if "schema_version" not in {row["table_name"] for row in found}:
        raise Unsupported(
            "The database file belongs to another program.",
            "Choose another database file, then restart.",
        )
    row = cursor.row("SELECT max(version) AS version FROM schema_version")
    return (row and row["version"]) or 0


def check(cursor: Cursor, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Raises Unsupported for a schema that these migrations do not know."""
    found, known = version(cursor), migrations[-1].version
    if found > known:
        raise Unsupported(
            "The database file was written by a newer version of jupyter-llmchat "
            f"(schema {found}, this one knows {known}).",
            "Upgrade jupyter-llmchat, or choose another database file.",
        )


def migrate(cursor: Cursor, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Brings the schema up to date, each step whole or not at all.

    Raises Unsupported, or StoreUnavailable when a step fails.
    """
    check(cursor, migrations)
    found = version(cursor)
    for migration in migrations:
        if migration.version > found:
            _apply(cursor, migration)
            # Replaying schema changes is where DuckDB's log has been fragile.
            cursor.run("CHECKPOINT")


def _apply(cursor: Cursor, migration: Migration) -> None:
    with cursor.transaction():
        cursor.run(_HISTORY)
        for statement in migration.statements:
            cursor.run(statement)
        cursor.run(
            "INSERT INTO schema_version VALUES (?, ?, ?)",
            migration.version,
            migration.name,
            time.time_ns() // 1000,
        )
