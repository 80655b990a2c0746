/**
 * Tools that change the call itself are decided here and not run: what the model asked for, read from the text of its arguments,
 * or the sentence that tells it what is wrong with them.
 */
import type { KeypadEntry } from './keypad.ts'
import type { AgentRules, CallRules } from './rules.ts'

/** What an agent may do with the call. */
export type Action =
  | Readonly<{ is: 'end' }>
  | Readonly<{ is: 'transfer'; destination: string; summary: string }>
  | Readonly<{ is: 'press-keys'; keys: string }>
  | Readonly<{ is: 'collect-digits'; entry: KeypadEntry }>
  | Readonly<{ is: 'hand-off'; agent: string }>
  | Readonly<{ is: 'answer-approval'; approve: boolean; reason: string }>

export type ActionName =
  | 'end_call'
  | 'transfer_call'
  | 'press_keys'
  | 'collect_digits'
  | 'hand_off'
  | 'answer_approval'

/** What the model asked for, or what to tell it. */
export type AskedAction = Action | Readonly<{ is: 'mistake'; problem: string }>

/** Reads a tool call as an action; undefined when the agent has no action of that name. */
export const actionOf = (
  name: string,
  given: string,
  agent: AgentRules | undefined,
  rules: CallRules,
): AskedAction | undefined => {
  const action = agent?.actions.find((each) => each === name)
  if (!agent || !action) return undefined
  const fields = fieldsOf(given)
  if (!fields) return mistake('The arguments are no JSON object. Call it again with one.')
  switch (action) {
    case 'end_call':
      return { is: 'end' }
    case 'transfer_call': {
      const destination = text(fields.destination)
      return Object.hasOwn(rules.destinations, destination)
        ? { is: 'transfer', destination, summary: text(fields.summary) }
        : mistake(noSuch('destination', destination, Object.keys(rules.destinations)))
    }
    case 'press_keys': {
      const keys = text(fields.keys)
      return /^[0-9A-D*#wW]{1,32}$/.test(keys)
        ? { is: 'press-keys', keys }
        : mistake('keys must be 1 to 32 of 0-9, A-D, *, # and w (a pause of half a second).')
    }
    case 'collect_digits':
      return collectDigits(fields, rules)
    case 'hand_off': {
      const to = text(fields.agent)
      return agent.handoffs.includes(to)
        ? { is: 'hand-off', agent: to }
        : mistake(noSuch('agent', to, agent.handoffs))
    }
    case 'answer_approval': {
      const { approve } = fields
      return typeof approve === 'boolean'
        ? { is: 'answer-approval', approve, reason: text(fields.reason) }
        : mistake('approve must be true or false: what the caller said.')
    }
  }
}

const MOST_DIGITS = 32

const collectDigits = (fields: Fields, { keypadEntries }: CallRules): AskedAction => {
  const name = text(fields.entry)
  if (Object.hasOwn(keypadEntries, name)) {
    return { is: 'collect-digits', entry: keypadEntries[name] }
  }
  if (name !== '') return mistake(noSuch('entry', name, Object.keys(keypadEntries)))
  const digits = fields.digits
  const isNumber = typeof digits === 'number' && Number.isInteger(digits)
  if (digits !== undefined && !(isNumber && digits >= 1 && digits <= MOST_DIGITS)) {
    return mistake(`digits must be a whole number from 1 to ${MOST_DIGITS}.`)
  }
  const mostDigits = isNumber ? digits : MOST_DIGITS
  return { is: 'collect-digits', entry: { ...ANY_ENTRY, mostDigits } }
}

/** What is waited for when nothing more is said. */
const ANY_ENTRY: KeypadEntry = {
  name: 'digits',
  leastDigits: 1,
  mostDigits: MOST_DIGITS,
  terminator: '#',
  timeoutMs: 15_000,
  isSecret: false,
}

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (given: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(given === '' ? '{}' : given)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { ...value } : undefined
  } catch {
    return undefined
  }
}

const text = (value: unknown): string => typeof value === 'string' ? value.trim() : ''

const mistake = (problem: string): AskedAction => ({ is: 'mistake', problem })

const noSuch = (kind: string, given: string, known: readonly string[]): string =>
  `There is no ${kind} ${JSON.stringify(given)}. There are: ${known.join(', ') || 'none'}.`
