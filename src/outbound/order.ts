/** What is asked of us when somebody is to be called, and why it may be refused. */
import type { Line } from '../config/config.ts'
import { blanksOf, LONGEST_VALUE, type Variables } from '../config/values/variables.ts'
import type { DestinationProblem } from './destination.ts'

/** A call that is asked for. */
export type Order = Readonly<{
  /** E.164. */
  to: string
  /** The number that calls: a line of the configuration. */
  line: string
  /** What the blanks of the agent are filled with. */
  variables: Variables
  /** Kept with the call for whoever asked, and not looked at. */
  metadata: Readonly<Record<string, string>>
  /** How long it may wait for its turn. */
  withinMs: number
}>

/** Why a call is not placed. The code stays the same, scripts may rely on it. */
export type OrderProblem = Readonly<{
  code:
    | DestinationProblem['code']
    | 'draining'
    | 'twilio-not-configured'
    | 'unknown-line'
    | 'outbound-off'
    | 'missing-variables'
    | 'long-variable'
    | 'queue-full'
    | 'cost-limit'
  message: string
}>

/** Says what is wrong with an order, whoever is to be called. */
export const problemOfOrder = (order: Order, line: Line | undefined): OrderProblem | undefined => {
  if (!line) return problem('unknown-line', `nobody has the number ${order.line}`)
  if (!line.customer.outbound) {
    return problem('outbound-off', `${line.customer.file} has no outbound: nobody may be called`)
  }
  const missing = blanksOf(line.customer).filter((name) => !Object.hasOwn(order.variables, name))
  if (missing.length > 0) {
    return problem('missing-variables', `variables have no ${missing.join(', ')}`)
  }
  const long = Object.entries(order.variables).find(([, value]) => value.length > LONGEST_VALUE)
  return long && problem(
    'long-variable',
    `variables.${long[0]} has more than ${LONGEST_VALUE} characters`,
  )
}

/** Writes a problem. */
export const problem = (code: OrderProblem['code'], message: string): OrderProblem => ({
  code,
  message,
})
