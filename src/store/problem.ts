/**
 * What SQLite's errors mean to the operator. They are told apart by their text, which is SQLite's own and the same everywhere:
 * Deno gives most of them no code.
 */
import { StoreError, type StoreErrorCode } from '../errors.ts'

const MEANINGS: readonly (readonly [RegExp, StoreErrorCode])[] = [
  [/is malformed|not a database/, 'store-corrupt'],
  [/is locked/, 'store-busy'],
  [/is full|ENOSPC|EDQUOT/, 'store-full'],
  [/readonly database|EROFS/, 'store-read-only'],
  [/constraint failed|datatype mismatch|too big/, 'store-refused'],
  [
    /unable to open|ENOENT|ENOTDIR|EISDIR|EEXIST|EACCES|EPERM|Requires \w+ access/,
    'store-cannot-open',
  ],
]

const ADVICE: Readonly<Record<StoreErrorCode, string>> = {
  'store-cannot-open': 'check that the folder is there and that this user may write to it',
  'store-read-only': 'make it writable',
  'store-full': 'make room on the disk',
  'store-busy': 'another process writes for too long',
  'store-corrupt': 'check the disk',
  'store-refused': 'this is a bug',
  'store-failed': 'check the disk',
}

/** Names what was tried and failed, as in `cannot write to data/tandem.db`, and why. */
export const storeError = (tried: string, cause: unknown, advice?: string): StoreError => {
  const why = cause instanceof Error ? cause.message : String(cause)
  const code = MEANINGS.find(([text]) => text.test(why))?.[1] ?? 'store-failed'
  return new StoreError(code, `${tried}: ${why}; ${advice ?? ADVICE[code]}`, { cause })
}
