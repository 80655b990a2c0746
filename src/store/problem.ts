/**
 * What the errors of SQLite and PostgreSQL mean to the operator. They are told apart by their text: SQLite's is the same everywhere,
 * while Deno gives most of its errors no code, and of PostgreSQL's the library's own and the server's are.
 */
import { StoreError, type StoreErrorCode } from '../errors.ts'

const MEANINGS: readonly (readonly [RegExp, StoreErrorCode])[] = [
  [
    /ECONN|CONNECTION_|_TIMEOUT|TIMED_OUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|shutting down|starting up|terminating connection/,
    'store-unreachable',
  ],
  [/prepared statement/, 'store-pooled'],
  [/does not exist|no such table|no such column/, 'store-not-migrated'],
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
  const code = MEANINGS.find(([text]) => text.test(why))?.[1] ?? 'store-failed'
  return new StoreError(code, `${tried}: ${why}; ${advice ?? ADVICE[code]}`, { cause })
}
