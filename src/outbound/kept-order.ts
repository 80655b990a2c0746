/** An order as the store keeps it, and back. What cannot be read was written by another version of the program, and is not placed. */
import { z } from 'zod'
import type { KeptOrder } from '../store/outbound-queue.ts'
import type { OutboundCall } from './entry.ts'
import type { Order } from './order.ts'

const texts = z.record(z.string(), z.string())
const body = z.object({ line: z.string(), variables: texts, metadata: texts })

/** Writes an order for the store. */
export const writeOrder = (
  { id, customer, askedAt }: Pick<OutboundCall, 'id' | 'customer' | 'askedAt'>,
  { to, line, variables, metadata, withinMs }: Order,
): KeptOrder => ({
  id,
  customer,
  to,
  askedAt,
  expiresAt: askedAt + withinMs,
  body: JSON.stringify({ line, variables, metadata }),
})

/** Reads an order; undefined when it cannot be. */
export const readOrder = (kept: KeptOrder): Order | undefined => {
  const parsed = body.safeParse(jsonOf(kept.body))
  return parsed.success
    ? { ...parsed.data, to: kept.to, withinMs: kept.expiresAt - kept.askedAt }
    : undefined
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
