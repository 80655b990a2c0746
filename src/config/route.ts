/**
 * What becomes of a call that comes in: decided here, by the customer's file, the caller and the clock, before anything is opened
 * for it. Whether there is room for it is another question.
 */
import { MAIN_AGENT } from '../call/rules.ts'
import { isBlocked } from './blocked.ts'
import type { Customer, Line, Listen } from './config.ts'
import { describeWeek } from './hours/describe.ts'
import { type Hours, isOpenAt } from './hours/hours.ts'

export type Route =
  /** An agent of the file, by its name. */
  | Readonly<{ is: 'answer'; agent: string }>
  /** The caller is blocked. */
  | Readonly<{ is: 'reject' }>
  /** The caller is told something, and that was it. */
  | Readonly<{ is: 'say'; sentence: string }>
  /** The caller is put through, to whatever Twilio can dial. */
  | Readonly<{ is: 'transfer'; to: string }>
  /** Two humans talk, and what they say is written down. */
  | Readonly<{ is: 'listen'; listen: Listen }>

/** Decides about a call to a line; `from` as Twilio gives it, `wallMs` in ms since 1970. */
export const route = ({ customer }: Line, from: string, wallMs: number): Route => {
  const { blocked, hours, listen } = customer
  if (isBlocked(blocked, from)) return { is: 'reject' }
  if (hours && !isOpenAt(hours, wallMs)) return closedRoute(customer, hours)
  return listen ? { is: 'listen', listen } : { is: 'answer', agent: MAIN_AGENT }
}

const closedRoute = (customer: Customer, hours: Hours): Route => {
  const { closed } = hours
  switch (closed.is) {
    case 'agent':
      return { is: 'answer', agent: closed.agent }
    case 'transfer':
      return { is: 'transfer', to: destinationOf(customer, closed.destination) }
    case 'say':
      return { is: 'say', sentence: closed.sentence.replaceAll('{hours}', describeWeek(hours)) }
  }
}

/** Whom a destination of a customer's file stands for; a number or an address, which is no name, stands for itself. */
const destinationOf = ({ destinations }: Customer, name: string): string =>
  Object.hasOwn(destinations, name) ? destinations[name].to : name
