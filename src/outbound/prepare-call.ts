/** Holds an order against the configuration: a call that may be placed, or why it may not. */
import type { Config } from '../config/config.ts'
import { filledIn } from '../config/values/variables.ts'
import { checkDestination } from './destination.ts'
import { createEntry, type Entry, type OutboundCall } from './entry.ts'
import { type Order, type OrderProblem, problem, problemOfOrder } from './order.ts'

/** Prepares a call. The numbering plans are loaded for the first one, which takes a moment. */
export const prepareCall = async (
  order: Order,
  { id, askedAt }: Pick<OutboundCall, 'id' | 'askedAt'>,
  config: Config,
): Promise<Entry | OrderProblem> => {
  const line = config.lineOf(order.line)
  const refused = problemOfOrder(order, line)
  if (refused) return refused
  // The message of this call, its blanks filled in.
  const settings = line && filledIn(line.customer, order.variables).outbound
  if (!line || !settings) return problem('outbound-off', 'nobody may be called')
  const destination = await checkDestination(order.to, settings.countries)
  if ('code' in destination) return destination
  return createEntry({
    call: {
      id,
      to: destination.number,
      line: line.number,
      customer: line.customer.id,
      metadata: order.metadata,
      askedAt,
    },
    order,
    settings,
    line,
  })
}
