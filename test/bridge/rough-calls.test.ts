/**
 * Calls in which whatever may go wrong does, at random: sessions and streams break, the caller speaks, presses keys and says nothing
 * more. However it went on, the caller is not left alone: the agent asks whether they are there, and bids them goodbye, or has talked for
 * as long as a call may last.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTone } from '../../src/audio/tone.ts'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import type { Toolbox } from '../../src/tools/tool.ts'
import { startVirtualCall, type VirtualCall } from '../support/virtual-call.ts'

const AGENT = `
greeting: Thanks for calling Bright Smile. How can I help?
tools: [transfer_call, press_keys, collect_digits]
handoffs: [billing, night]`
const CUSTOMER = `
agents:
  billing: { instructions: You know all invoices., handoffs: [main] }
  night: { instructions: We are closed., voice: cedar, handoffs: [main] }
transfer: { destinations: { desk: { to: "+15005550100", timeout: 10s } } }
keys: { "0": { transfer: desk }, "8": { handOff: billing }, "9": { handOff: night } }
limits: { silence: 10s, maxDuration: 3m }`

const TURNS = [
  'say: Of course. Tuesday at half past nine is free. Shall I book it for you?',
  'parrot: true',
  'call: find',
  'items: [{ say: "One moment, let me look that up." }, { call: find }, { call: slow }]',
  'items: [{ say: Is there anything else? }, { call: collect_digits, arguments: { digits: 3 } }]',
  'items: [{ say: Goodbye. }, { call: hand_off, arguments: { agent: billing } }]',
  'items: [{ say: Goodbye. }, { call: hand_off, arguments: { agent: night } }]',
  'items: [{ say: Goodbye. }, { call: transfer_call, arguments: { destination: desk } }]',
  'items: [{ say: Goodbye. }, { call: press_keys, arguments: { keys: "12" } }]',
  'ignore: true',
  '{ say: Is there anything else?, dropSocket: 300 }',
  '{ say: Is there anything else?, status: failed, error: { code: server_error, message: x } }',
  '{ say: Is there anything else?, status: incomplete, reason: content_filter }',
]

const scenario = fc.record({
  connectMs: fc.constantFrom(0, 50, 300, 2_500, 4_000),
  sessionMs: fc.constantFrom(0, 50, 400),
  speed: fc.constantFrom(1.05, 2, 6, 50),
  lateDeltas: fc.integer({ min: 0, max: 4 }),
  transcriptionDelayMs: fc.constantFrom(100, 350, 3_000),
  maxSessionMs: fc.constantFrom(3_600_000, 60_000, 30_000),
  turns: fc.array(fc.constantFrom(...TURNS), { minLength: 12, maxLength: 12 }),
}).map(({ turns, ...keys }) =>
  parseScenario(
    [
      ...Object.entries(keys).map(([key, value]) => `${key}: ${value}`),
      'turns:',
      ...turns.map((turn) => `  - ${turn}`),
    ].join('\n'),
    'rough.yaml',
  )
)

const deed = fc.record({
  afterMs: fc.integer({ min: 100, max: 6_000 }),
  what: fc.oneof(
    fc.constantFrom(150, 400, 1_000, 2_500).map((saysMs) => ({ saysMs })),
    fc.constantFrom('0', '8', '9', '1', '#', '123').map((keys) => ({ keys })),
    fc.constantFrom('session' as const, 'stream' as const).map((breaks) => ({ breaks })),
  ),
})

const tone = (ms: number): Int16Array => {
  const pcm = new Int16Array(ms * 8)
  createTone({ frequencyHz: 700, sampleRateHz: 8000, amplitude: 0.3 }).fill(pcm)
  return pcm
}

/** Tools that take their time on the clock of a call. */
const toolboxOf = (callOf: () => VirtualCall): Toolbox => {
  const tool = (name: string) => ({
    name,
    description: name,
    parameters: { type: 'object' },
    timeoutMs: 8_000,
    run: () => Promise.resolve(''),
  })
  return {
    tools: [tool('find'), { ...tool('slow'), filler: 'One moment.' }],
    run: (name) =>
      new Promise((resolve) => {
        const done = () => resolve({ output: 'done', failed: false })
        callOf().clock.after(name === 'slow' ? 4_000 : 600, done)
      }),
  }
}

const STEP_MS = 25

/** Goes on with a call, and with what Twilio does for it; `quietMs` is how long nothing was heard. */
const createPassing = (call: VirtualCall) => {
  let line = call.line
  let playedMs = 0
  let quietMs = 0
  const isOver = () => call.entries.some(({ type }) => type === 'ended')

  /** Nobody takes a call that is put through. */
  const askAfter = async () => {
    const { is } = await call.after()
    if (is !== 'transfer') return
    call.clock.advance(3_000)
    call.transferEnded({ is: 'failed', why: 'busy', isBack: true })
    await call.after()
  }

  const pass = async (ms: number): Promise<number> => {
    let longestMs = 0
    for (let passedMs = 0; passedMs < ms && !isOver(); passedMs += STEP_MS) {
      call.clock.advance(STEP_MS)
      for (let turn = 0; turn < 6; turn++) await Promise.resolve()
      quietMs = line.record().playedMs === playedMs ? quietMs + STEP_MS : 0
      playedMs = line.record().playedMs
      longestMs = Math.max(longestMs, quietMs)
      if (line.record().end === undefined || isOver()) continue
      await askAfter()
      if (isOver()) continue
      line = call.openStream()
      playedMs = 0
    }
    return longestMs
  }
  return { pass, line: () => line, isOver }
}

it('a caller is never left alone, whatever has happened', { timeout: 60_000 }, async () => {
  const scenarios = fc.array(scenario, { minLength: 8, maxLength: 8 })
  const deeds = fc.array(deed, { minLength: 3, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(scenarios, deeds, async (scenarios, deeds) => {
      const toolbox = toolboxOf(() => call)
      const options = { callerLatencyMs: 5, modelLatencyMs: 20, toolbox }
      const call = startVirtualCall({
        ...options,
        agent: AGENT.trim(),
        customer: CUSTOMER,
        scenario: scenarios,
      })
      const { pass, line, isOver } = createPassing(call)
      for (const { afterMs, what } of deeds) {
        await pass(afterMs)
        if (isOver()) break
        if ('saysMs' in what) line().say(tone(what.saysMs))
        else if ('keys' in what) [...what.keys].forEach(line().pressKey)
        else if (what.breaks === 'session') call.breakModel()
        else line().vanish()
      }
      // An agent that is never done, as its tools go on for ever, is ended by the longest a call may last.
      const quietMs = await pass(240_000)
      // Digits that are waited for, and then two answers that never come, take as long as that.
      expect(quietMs).toBeLessThanOrEqual(45_000)
      expect(call.entries.find(({ type }) => type === 'ended')).toHaveProperty('reason')
      expect(call.entries).not.toContainEqual(expect.objectContaining({ reason: 'fault' }))
      const greetings = call.entries.flatMap((entry) =>
        entry.type === 'line' && /Thanks for calling/.test(entry.line.text)
          ? [entry.line.itemId]
          : []
      )
      expect(new Set(greetings).size).toBeLessThanOrEqual(1)
    }),
    // A shorter story of the same fault would take minutes to be found.
    { numRuns: 15, endOnFailure: true },
  )
})
