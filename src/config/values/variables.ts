/**
 * The blanks in what an agent is told, `{{name}}`, and what a call fills them with.
 *
 * What is filled in is data of somebody else and ends up inside instructions: it is one line, of bounded length, and is not looked
 * through for blanks again.
 */
import type { Agent, Customer } from '../config.ts'

/** Values by the names of their blanks. */
export type Variables = Readonly<Record<string, string>>

/** More than this is no name, date or number. */
export const LONGEST_VALUE = 500

const BLANK = /\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}/g

/** Names the blanks of a customer: in what the agents are told, in the message for machines and in how calls are summed up. */
export const blanksOf = (customer: Customer): readonly string[] => {
  const agents = [customer.agent, ...Object.values(customer.agents)]
  const texts = [
    ...agents.flatMap(({ instructions, greeting = '' }) => [instructions, greeting]),
    messageOf(customer) ?? '',
    customer.summary?.instructions ?? '',
  ]
  return [...new Set(texts.flatMap(blanksIn))]
}

/** Names the blanks of a text, each as often as it is there. */
export const blanksIn = (text: string): readonly string[] =>
  [...text.matchAll(BLANK)].map(([, name]) => name)

/** The customer with its blanks filled in. A blank without a value is left out. */
export const filledIn = (customer: Customer, variables: Variables): Customer => {
  if (blanksOf(customer).length === 0) return customer
  const { agent, agents, outbound, summary } = customer
  const message = messageOf(customer)
  return {
    ...customer,
    agent: toldOf(agent, variables),
    agents: Object.fromEntries(
      Object.entries(agents).map(([name, each]) => [name, toldOf(each, variables)]),
    ),
    ...(outbound && message !== undefined && {
      outbound: { ...outbound, machine: { then: 'leave', message: fillIn(message, variables) } },
    }),
    ...(summary?.instructions !== undefined && {
      summary: { ...summary, instructions: fillIn(summary.instructions, variables) },
    }),
  }
}

const toldOf = (agent: Agent, variables: Variables): Agent => ({
  ...agent,
  instructions: fillIn(agent.instructions, variables),
  ...(agent.greeting !== undefined && { greeting: fillIn(agent.greeting, variables) }),
})

/** A text with its blanks filled in. */
export const fillIn = (text: string, variables: Variables): string =>
  text.replace(
    BLANK,
    (_, name: string) => Object.hasOwn(variables, name) ? asOneLine(variables[name]) : '',
  )

const messageOf = ({ outbound }: Customer): string | undefined =>
  outbound?.machine.then === 'leave' ? outbound.machine.message : undefined

/** Line breaks would let a value begin a heading or a rule of its own. */
const asOneLine = (value: string): string =>
  value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim().slice(0, LONGEST_VALUE)
