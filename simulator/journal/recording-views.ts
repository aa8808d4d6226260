/**
 * The views of a recording: the tables with names instead of numbers, readable states, durations
 * and wall time. `wall` is the simulation's true time, not that of any node's clock; it is NULL
 * unless meta holds START_WALL_META.
 */
import { REAL_SERVICE_META, START_WALL_META } from './recording-schema.ts';

function nameOf(column: string): string {
  return `(SELECT text FROM name WHERE number = ${column})`;
}

function wallOf(column: string): string {
  // Seconds and the rest apart: nanoseconds since 1970 as one float would lose microseconds.
  const start = `(SELECT CAST(value AS integer) FROM meta WHERE key = '${START_WALL_META}')`;
  const nanos = `(${start} * 1000000 + ${column})`;
  return (
    `(strftime('%Y-%m-%dT%H:%M:%S', ${nanos} / 1000000000, 'unixepoch') || ` +
    `printf('.%09dZ', ${nanos} % 1000000000))`
  );
}

const ENTRY_STATE =
  "CASE WHEN r.result IS NULL THEN 'intent' " +
  "WHEN r.delivered_at IS NULL THEN 'recorded' ELSE 'delivered' END";

/** The columns that entry and lost_entry share; `r` is the row. */
const ENTRY_COLUMNS = `${nameOf('r.operation')} AS operation,
    ${ENTRY_STATE} AS state,
    r.attempt AS attempt,
    r.started_at AS started_at,
    r.ended_at AS ended_at,
    r.delivered_at AS delivered_at,
    r.ended_at - r.started_at AS duration,
    CASE WHEN r.due_at >= 0 THEN r.due_at END AS due_at,
    r.due_at IS NOT NULL AS pending,
    r.key AS key,
    coalesce(r.args, '{}') AS args,
    r.args_body AS args_body,
    r.result AS result,
    r.result_body AS result_body,
    r.args_hash AS args_hash,
    ${wallOf('r.started_at')} AS wall`;

export const VIEWS_SQL = `
CREATE VIEW execution AS SELECT
    ${nameOf('r.number')} AS id, r.number, r.workflow, r.module, r.level, r.status, r.exit_code,
    r.reason, r.started_at, r.ended_at, r.ended_at - r.started_at AS duration,
    (SELECT count(*) FROM attempt_row a WHERE a.id BETWEEN r.number << 32
      AND (r.number << 32) + 4294967295) AS attempts,
    (SELECT count(*) FROM entry_row e WHERE e.id BETWEEN r.number << 32
      AND (r.number << 32) + 4294967295) AS entries,
    ${wallOf('r.started_at')} AS wall
  FROM execution_row r;
CREATE VIEW attempt AS SELECT
    ${nameOf('r.id >> 32')} AS execution, r.id & 4294967295 AS number, ${nameOf('r.node')} AS node,
    r.epoch, r.replayed, r.started_at, r.ended_at, r.ended_at - r.started_at AS duration,
    r.outcome, r.detail, ${wallOf('r.started_at')} AS wall
  FROM attempt_row r;
CREATE VIEW entry AS SELECT
    ${nameOf('r.id >> 32')} AS execution, r.id & 4294967295 AS seq,
    ${ENTRY_COLUMNS}
  FROM entry_row r;
CREATE VIEW lost_entry AS SELECT
    r.ordinal, ${nameOf('r.id >> 32')} AS execution, r.id & 4294967295 AS seq, r.lost_attempt,
    ${ENTRY_COLUMNS}
  FROM lost_entry_row r;
CREATE VIEW ledger AS SELECT
    r.ordinal, ${nameOf('r.service')} AS service, r.number, r.at,
    ${nameOf('r.execution')} AS execution, r.seq, r.key, r.method, r.url,
    coalesce(r.headers, '[]') AS headers, coalesce(r.body, x'') AS body, r.status,
    coalesce(r.response_headers, '[]') AS response_headers,
    coalesce(r.response_body, x'') AS response_body,
    r.duplicate_of, r.duplicate_by, r.note, ${wallOf('r.at')} AS wall,
    EXISTS (SELECT 1 FROM meta WHERE key = '${REAL_SERVICE_META} ' || ${nameOf('r.service')}) AS real
  FROM ledger_row r;
CREATE VIEW trace AS SELECT
    r.ordinal, r.at, ${nameOf('r.kind')} AS kind, ${nameOf('r.node')} AS node,
    ${nameOf('r.service')} AS service, ${nameOf('r.execution')} AS execution, r.seq, r.data,
    ${wallOf('r.at')} AS wall
  FROM trace_row r;
CREATE VIEW fault AS SELECT number, plan, injected, fired FROM fault_row;
CREATE VIEW input AS SELECT
    number, step, kind, coalesce(data, '{}') AS data, body FROM input_row;
CREATE VIEW choice AS SELECT
    r.ordinal, ${nameOf('r.stream')} AS stream, r.value FROM choice_row r;
`;
