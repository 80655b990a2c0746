/** What the model is told of the tools that change the call itself: their arguments come from the customer's file. */
import type { Agent, Customer, Destination, KeypadEntry } from '../config/config.ts'
import type { JsonSchema, ToolDescription } from './tool.ts'

/** Describes the actions of an agent; `actions` are those it has. */
export const actionTools = (
  customer: Customer,
  agent: Agent,
  actions: readonly string[],
): readonly ToolDescription[] =>
  actions.flatMap((action) => {
    const described = DESCRIPTIONS[action]
    return described ? [{ name: action, ...described(customer, agent) }] : []
  })

type Described = Omit<ToolDescription, 'name'>

const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  required = Object.keys(properties),
): JsonSchema => ({ type: 'object', properties, required, additionalProperties: false })

const DESCRIPTIONS: Readonly<Record<string, (customer: Customer, agent: Agent) => Described>> = {
  end_call: () => ({
    description: 'Ends the call. Say goodbye first; the caller hears it to its end. ' +
      'Use it when the caller has said goodbye, or nothing is left to do.',
    parameters: object({}),
  }),
  transfer_call: ({ destinations }) => ({
    description: 'Puts the caller through to a human. Say so first. ' +
      `If nobody takes the call you are told, and the caller is back with you.\n${
        listed(destinations, ({ when }: Destination) => when)
      }`,
    parameters: object({
      destination: { type: 'string', enum: Object.keys(destinations) },
      summary: {
        type: 'string',
        description: 'Who calls and what they want, in one or two sentences for the human.',
      },
    }),
  }),
  press_keys: () => ({
    description: 'Presses keys on the phone, as for the menu of another phone system.',
    parameters: object({
      keys: { type: 'string', description: '0-9, *, #, and w for a pause of half a second.' },
    }),
  }),
  collect_digits: ({ keypad: { entries } }) =>
    Object.keys(entries).length > 0 ? namedEntry(entries) : ANY_ENTRY,
  hand_off: ({ agents }, { handoffs }) => ({
    description: 'Hands the caller on to another agent, who knows what was said. ' +
      `Do not announce it at length.\n${
        listed(
          Object.fromEntries(
            handoffs.flatMap((name) => agents[name] ? [[name, agents[name]]] : []),
          ),
          ({ when }: Agent) => when,
        )
      }`,
    parameters: object({ agent: { type: 'string', enum: [...handoffs] } }),
  }),
  answer_approval: () => ({
    description: 'Tells whether the caller allows what you asked them for. ' +
      'Use it only when you were told that something needs their word, and they have answered.',
    parameters: object({
      approve: { type: 'boolean', description: 'true only for a clear yes' },
      reason: { type: 'string', description: 'What they said, in a few words.' },
    }, ['approve']),
  }),
}

const ANY_ENTRY: Described = {
  description: 'Waits for digits that the caller enters on the keypad, and gives them to you. ' +
    'Ask for them first.',
  parameters: object({
    digits: { type: 'integer', minimum: 1, maximum: 32, description: 'How many, if it is known.' },
  }, []),
}

const namedEntry = (entries: Readonly<Record<string, KeypadEntry>>): Described => ({
  description: 'Waits for an entry on the keypad. Ask the caller for it first. ' +
    'An entry that is secret you are not told; tools have it all the same.\n' +
    Object.values(entries).map(describeEntry).join('\n'),
  parameters: object({ entry: { type: 'string', enum: Object.keys(entries) } }),
})

const describeEntry = ({ name, leastDigits, mostDigits, terminator, isSecret }: KeypadEntry) => {
  const digits = leastDigits === mostDigits ? `${mostDigits}` : `${leastDigits} to ${mostDigits}`
  const end = leastDigits !== mostDigits && terminator !== '' ? `, ended by ${terminator}` : ''
  return `- ${name}: ${digits} digits${end}${isSecret ? ', secret' : ''}`
}

/** Names, each with when to use it where that is said. */
const listed = <Value>(
  values: Readonly<Record<string, Value>>,
  when: (value: Value) => string | undefined,
): string =>
  Object.entries(values).map(([name, value]) => {
    const said = when(value)
    return said === undefined ? `- ${name}` : `- ${name}: when ${said}`
  }).join('\n')
