/** What a file says of agents, transfers and keys, and what it is told when it names somebody who is not there. */
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse-config.ts'

const parse = (text: string) =>
  parseConfig({
    customers: [{
      path: 'customers/test.yaml',
      text: `customer: Test\nnumbers: ["+15005550006"]\n${text}`,
    }],
    readKnowledge: () => undefined,
    hasVariable: () => true,
  })

const customerOf = (text: string) => {
  const parsed = parse(text)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config.customers[0]
}

const problemsOf = (text: string) => {
  const parsed = parse(text)
  if (!('problems' in parsed)) throw new Error('nothing is wrong')
  return parsed.problems.map(({ line, message, hint }) =>
    `${line} ${message}${hint === undefined ? '' : ` (${hint})`}`
  )
}

describe('agents', () => {
  test('take from the main one what they leave out, but its greeting and handoffs', () => {
    const { agents } = customerOf(`
agent:
  instructions: You answer the phone.
  greeting: Hello.
  voice: cedar
  maxOutputTokens: 500
  tools: [now]
  handoffs: [billing]
agents:
  billing: { instructions: You know all invoices., voice: marin, when: it is about an invoice, handoffs: [main] }
`)
    expect(Object.keys(agents)).toEqual(['main', 'billing'])
    expect(agents.billing).toMatchObject({
      instructions: 'You know all invoices.',
      voice: 'marin',
      maxOutputTokens: 500,
      tools: [{ name: 'now' }],
      handoffs: ['main'],
      when: 'it is about an invoice',
    })
    expect(agents.billing).not.toHaveProperty('greeting')
    expect(agents.main).toMatchObject({ voice: 'cedar', handoffs: ['billing'] })
  })

  test('that are not there cannot be handed on to', () => {
    expect(problemsOf(`
agent: { instructions: You answer., handoffs: [biling] }
agents:
  billing: { instructions: You know all invoices., audio: pcmu, frameMs: 40 }
  main: { voice: shimer }
`)).toEqual([
      '4 there is no agent "biling" in this file (did you mean "billing"?)',
      '6 audio is the same for all agents of a call (write it under agent)',
      '6 frameMs is the same for all agents of a call (write it under agent)',
      '7 "main" is the name of the agent under agent (use lower case letters, digits, - and _: billing)',
      '7 "shimer" is not a Realtime voice (did you mean "shimmer"?)',
    ])
  })

  test('have the keys of an agent, and a hint for others', () => {
    expect(problemsOf(`
agent: { instructions: You answer. }
agents:
  billing: { instruction: You know all invoices. }
`)).toEqual([
      '6 unknown key "instruction" in agents.billing (did you mean "instructions"?)',
    ])
  })
})

describe('transfers and keys', () => {
  test('have their defaults', () => {
    const { destinations, keys, keypad } = customerOf(`
agent: { instructions: You answer., tools: [transfer_call, collect_digits] }
transfer:
  destinations:
    reception: { to: "+15005550100" }
keys:
  "0": { transfer: reception }
  "9": { say: We are open. }
  "#": { end: true }
keypad:
  entries:
    card: { digits: 16, secret: true }
    order: { digits: { least: 4, most: 8 }, timeout: 20s }
`)
    expect(destinations).toEqual({
      reception: { to: '+15005550100', mode: 'cold', timeoutMs: 25_000, callerId: 'caller' },
    })
    expect(keys).toEqual({
      '0': { is: 'transfer', destination: 'reception' },
      '9': { is: 'say', sentence: 'We are open.' },
      '#': { is: 'end' },
    })
    expect(keypad).toEqual({
      press: 'tones',
      entries: {
        card: {
          name: 'card',
          leastDigits: 16,
          mostDigits: 16,
          terminator: '#',
          timeoutMs: 15_000,
          isSecret: true,
        },
        order: {
          name: 'order',
          leastDigits: 4,
          mostDigits: 8,
          terminator: '#',
          timeoutMs: 20_000,
          isSecret: false,
        },
      },
    })
  })

  test('name somebody who is there, and can be called', () => {
    expect(problemsOf(`
agent: { instructions: You answer. }
transfer:
  destinations:
    desk: { to: desk, timeout: 3s, callerId: me }
    loop: { to: "+15005550006" }
    support: { to: "queue:support", mode: warm }
keys:
  "0": { transfer: recption }
  "12": { end: true }
  "1": { say: Hello., end: true }
`)).toEqual([
      '7 "desk" is nobody who can be called (write "+15005550006", sip:reception@example.com, client:anna or queue:support)',
      '7 timeout must be between 5s and 2m, got 3s (a number without a unit is in seconds)',
      '7 callerId must be caller, line or a phone number, got "me" (a number is written "+15005550006")',
      '8 this is a number of this customer: the call would come back here (dial a number that a person answers)',
      '9 a queue has nobody to tell a summary to (write mode: cold)',
      '11 there is no destination "recption" in this file (there are: desk, loop, support)',
      '12 "12" is no key of a phone (a key is "0" to "9", "*" or "#", in quotes)',
      '13 a key does one thing, got say, end (write transfer, handOff, say or end)',
    ])
  })

  test('are needed by an agent that may transfer', () => {
    expect(problemsOf('agent: { instructions: You answer., tools: [transfer_call] }')).toEqual([
      '3 transfer_call has nobody to put callers through to (write them under transfer.destinations)',
    ])
  })
})
