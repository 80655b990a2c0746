/**
 * Phone numbers as Twilio writes them: E.164, a plus and up to 15 digits. YAML reads an unquoted one as a number and drops
 * the plus, which is why the files quote them.
 *
 * https://www.twilio.com/docs/glossary/what-e164
 */
import type { Finding } from '../problem.ts'

/** What a number must look like. */
export const E164_PATTERN = '^\\+[1-9][0-9]{6,14}$'

const E164 = new RegExp(E164_PATTERN)

/** Writes a number as E.164, or gives undefined when it is none. Forgives spaces, dashes, dots, brackets and a lost plus. */
export const toE164 = (text: string): string | undefined => {
  const bare = text.replace(/[\s().-]/g, '')
  // A form field that was not encoded turns the plus into a space, so that it may be gone by now.
  const number = bare.startsWith('+') ? bare : `+${bare}`
  return E164.test(number) ? number : undefined
}

/** Says what is wrong with one entry of `numbers`. */
export const checkNumber = (text: string): Finding | undefined => {
  if (E164.test(text)) return undefined
  const meant = toE164(text)
  return {
    code: 'invalid-number',
    message: `"${text}" is not a phone number in E.164 form`,
    hint: meant ? `write "${meant}"` : 'write a plus, the country and the number: "+15005550006"',
  }
}

/** Whether Twilio can dial it: a number in E.164 form, or a SIP address. */
export const isDialTarget = (text: string): boolean =>
  /^sips?:[^\s@]+@[^\s@]+$/.test(text) || E164.test(text)

/** Says what is wrong with a `dial` target. */
export const checkDialTarget = (text: string): Finding | undefined => {
  if (isDialTarget(text)) return undefined
  return {
    code: 'invalid-dial',
    message: `"${text}" is neither a phone number in E.164 form nor a SIP address`,
    hint: 'write "+15005550006" or sip:reception@example.com',
  }
}

/** Whether this is a phone number as Twilio writes them. */
export const isE164 = (text: string): boolean => E164.test(text)

/** Says what is wrong with a destination of a transfer. */
export const checkDestination = (text: string): Finding | undefined =>
  /^client:\w{1,121}$/.test(text) || /^queue:\S{1,64}$/.test(text) || isDialTarget(text)
    ? undefined
    : {
      code: 'invalid-dial',
      message: `"${text}" is nobody who can be called`,
      hint: 'write "+15005550006", sip:reception@example.com, client:anna or queue:support',
    }
