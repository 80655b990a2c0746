/**
 * Whether a number may be called: it exists, lies in a country that the customer named, and costs what a call costs. The numbering
 * plans of the world are 200 KB, so only those who call somebody load them.
 */

/** Why a number may not be called. */
export type DestinationProblem = Readonly<{
  code: 'not-a-number' | 'emergency-number' | 'country-not-allowed' | 'special-rate-number'
  message: string
}>

/** A number that may be called, as E.164. */
export type Destination = Readonly<{ number: string; country: string }>

// What a person answers at ordinary rates. All else is left out on purpose: premium and shared-cost numbers, personal and company
// numbers, which forward to rates of their own, pagers and voicemail.
const ORDINARY: ReadonlySet<string> = new Set([
  'FIXED_LINE',
  'MOBILE',
  'FIXED_LINE_OR_MOBILE',
  'VOIP',
  'TOLL_FREE',
])

/** Emergency numbers anywhere have 2 or 3 digits, and no number of a person has below 4. */
const LONGEST_EMERGENCY = 3

/** Checks a number against the countries a customer may call. */
export const checkDestination = async (
  to: string,
  countries: readonly string[],
): Promise<Destination | DestinationProblem> => {
  const { parsePhoneNumberFromString } = await import('libphonenumber-js/max')
  const digits = to.replace(/\D/g, '')
  if (digits !== '' && digits.length <= LONGEST_EMERGENCY) return emergency(to)
  // Nothing is guessed: a number without its country means another one elsewhere.
  const number = /^\+\d{4,15}$/.test(to) ? parsePhoneNumberFromString(to) : undefined
  if (!number) {
    return problem('not-a-number', `${to} is not a phone number in E.164 form, like +351213456789`)
  }
  if (number.nationalNumber.length <= LONGEST_EMERGENCY) return emergency(to)
  const { country } = number
  if (!number.isValid()) return problem('not-a-number', `${to} is not a number that exists`)
  if (country === undefined || !countries.includes(country)) {
    return problem(
      'country-not-allowed',
      `${to} is in ${country ?? 'no country'}, and outbound.countries has ${countries.join(', ')}`,
    )
  }
  const type = number.getType()
  return type !== undefined && ORDINARY.has(type) ? { number: number.number, country } : problem(
    'special-rate-number',
    `${to} is no ordinary number (${type?.toLowerCase().replaceAll('_', ' ') ?? 'unknown kind'})`,
  )
}

const emergency = (to: string) =>
  problem('emergency-number', `${to} is an emergency or service number`)

const problem = (code: DestinationProblem['code'], message: string): DestinationProblem => ({
  code,
  message,
})
