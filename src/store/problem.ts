/**
 * What the errors of SQLite and PostgreSQL mean to the operator. What the server of PostgreSQL says has a code, and its text is in
 * the server's language. All else is told apart by its text, which is the same everywhere, while Deno gives most errors no code.
 */
import { StoreError, type StoreErrorCode } from '../errors.ts'

/** By the beginning of the SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const STATES: readonly (readonly [RegExp, StoreErrorCode])[] = [
  [/^(08|28|3D|533|57P)/, 'store-unreachable'],
  [/^(3F|42P01|42703)/, 'store-not-migrated'],
  [/^(40|55P03|57014)/, 'store-busy'],
  [/^26000/, 'store-pooled'],
  [/^53100/, 'store-full'],
  [/^(25006|42501)/, 'store-read-only'],
  [/^(22|23|54)/, 'store-refused'],
]

const MEANINGS: readonly (readonly [RegExp, StoreErrorCode])[] = [
  [
    /ECONN|CONNECTION_|_TIMEOUT|TIMED_OUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|shutting down|starting up|terminating connection|before secure TLS/,
    'store-unreachable',
  ],
  [/does not exist|no such table|no such column|has no column/, 'store-not-migrated'],
  [/is malformed|not a database/, 'store-corrupt'],
  [/is locked/, 'store-busy'],
  [/is full|ENOSPC|EDQUOT/, 'store-full'],
  [/readonly database|EROFS/, 'store-read-only'],
  [/constraint|datatype mismatch|too big|invalid byte|out of range/, 'store-refused'],
  [
    /unable to open|ENOENT|ENOTDIR|EISDIR|EEXIST|EACCES|EPERM|Requires \w+ access/,
    'store-cannot-open',
  ],
]

const ADVICE: Readonly<Record<StoreErrorCode, string>> = {
  'store-cannot-open': 'check that the folder is there and that this user may write to it',
  'store-read-only': 'make it writable',
  'store-unreachable': 'check DATABASE_URL and that the server runs',
  'store-not-migrated': 'run `tandem migrate`',
  'store-pooled': 'there is a pooler in between: add prepare=false to DATABASE_URL',
  'store-full': 'make room on the disk',
  'store-busy': 'another process writes for too long',
  'store-corrupt': 'check the disk',
  'store-refused': 'this is a bug',
  'store-failed': 'check the disk of the database',
}

/** Names what was tried and failed, as in `cannot write to data/tandem.db`, and why. */
export const storeError = (tried: string, cause: unknown, advice?: string): StoreError => {
  const why = cause instanceof Error ? cause.message : String(cause)
  // That one has said what to do.
  if (cause instanceof StoreError) return new StoreError(cause.code, `${tried}: ${why}`, { cause })
  const code = meaningOf(STATES, stateOf(cause)) ?? meaningOf(MEANINGS, why) ?? 'store-failed'
  return new StoreError(code, `${tried}: ${why}; ${advice ?? ADVICE[code]}`, { cause })
}

const meaningOf = (
  meanings: readonly (readonly [RegExp, StoreErrorCode])[],
  text: string,
): StoreErrorCode | undefined => meanings.find(([pattern]) => pattern.test(text))?.[1]

/** The codes of a system call, such as `EPIPE`, are none of the states above. */
const stateOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : ''
