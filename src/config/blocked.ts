/** Who is not answered: callers by their number, by how their number begins, or because they hide it. */
import type { Finding } from './problem.ts'
import { E164_PATTERN, toE164 } from './values/phone-number.ts'

const E164 = new RegExp(E164_PATTERN)
const PREFIX = /^\+[1-9][0-9]{0,13}\*$/
const ANONYMOUS = 'anonymous'

/**
 * What Twilio gives as the number of a caller who hides theirs. Some carriers spell the word on the keypad: +266696687 is
 * `anonymous`.
 */
const HIDDEN: ReadonlySet<string> = new Set([
  '',
  'anonymous',
  'blocked',
  'private',
  'restricted',
  'unavailable',
  'unknown',
  '+266696687',
  '+2562533',
  '+7378742833',
  '+86282452253',
  '+8656696',
])

/** Whether a caller is among the blocked; `from` as Twilio gives it. */
export const isBlocked = (blocked: readonly string[], from: string): boolean => {
  const number = toE164(from) ?? from.trim().toLowerCase()
  return blocked.some((entry) => {
    if (entry === ANONYMOUS) return HIDDEN.has(number)
    return entry.endsWith('*') ? number.startsWith(entry.slice(0, -1)) : number === entry
  })
}

/** Says what is wrong with an entry of `blocked`. */
export const checkBlocked = (entry: string): Finding | undefined => {
  if (entry === ANONYMOUS || E164.test(entry) || PREFIX.test(entry)) return undefined
  const meant = toE164(entry)
  return {
    code: 'invalid-number',
    message:
      `"${entry}" is neither a phone number in E.164 form, nor the beginning of one, nor anonymous`,
    hint: meant ? `write "${meant}"` : 'write "+15005550123", "+1900*" or anonymous',
  }
}
