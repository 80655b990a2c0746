/** What redaction takes out of the transcript of a recorded call is not in the recording, at any moment, and all else is. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keySound } from '../../src/bridge/key-sound.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { clips } from '../sim/model/bundled.ts'
import { channelOf, createMemoryFile, startRecordedCall } from './recorded-call.ts'

const CUSTOMER = `limits: { silence: false }
recording: {}
redact: { words: [insurance] }`
const SECRET = 'Sorry, one more thing. Do you take my insurance?'
const HARMLESS = 'Yes, please.'
const SECRET_ANSWER = 'Yes, we work with most insurance plans. Please bring your card with you.'
const HARMLESS_ANSWER = 'Of course. Tuesday at half past nine is free. Shall I book it for you?'

const said = (text: string) => clipOfText(clips, text)?.sound.pcm ?? new Int16Array(0)
const isSound = (code: number) => code !== 0xff && code !== 0x7f
const soundIn = (codes: Uint8Array, fromMs: number, toMs: number) =>
  codes.subarray(fromMs * 8, toMs * 8).filter(isSound).length
const saying = (...answers: readonly string[]) =>
  parseScenario(`turns:\n${answers.map((say) => `  - say: ${say}`).join('\n')}`, 'test.yaml')

const STEP_MS = 500

type Options = Parameters<typeof startRecordedCall>[0]

const start = (options: Options = {}) => {
  const started = startRecordedCall({ customer: CUSTOMER, ...options })
  const { call, file, settled } = started
  const side = (channel: 0 | 1) => channelOf(file.bytes(), channel)
  /** Goes on for so long, and writes as it goes: once a second. */
  const goOn = async (ms: number, each = () => {}) => {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      call.clock.advance(STEP_MS)
      await settled()
      each()
    }
  }
  return {
    ...started,
    goOn,
    left: () => side(0),
    right: () => side(1),
    hangUp: async () => {
      call.line.hangUp()
      call.clock.advance(500)
      await settled()
    },
  }
}

it('a turn of the caller with a word that is taken out is silent, and the turns around it are as they were said', async () => {
  const { call, goOn, left, hangUp } = start({ scenario: saying(HARMLESS_ANSWER) })
  await goOn(4_000)
  const turns: (readonly [number, number])[] = []
  for (const text of [HARMLESS, SECRET, HARMLESS]) {
    const fromMs = call.line.nowMs()
    call.line.say(said(text))
    await goOn(14_000)
    turns.push([fromMs, fromMs + 4_000])
  }
  await hangUp()
  const truth = call.line.said(0, call.line.nowMs())
  expect(turns.map(([from, to]) => soundIn(truth, from, to) > 4_000)).toEqual([true, true, true])
  const kept = turns.map(([from, to]) => soundIn(left(), from, to) / soundIn(truth, from, to))
  expect(kept).toEqual([1, 0, 1])
})

it('a secret is never on the disk, however late its words come, and a harmless turn is when they are there', async () => {
  const { call, goOn, left, hangUp } = start({
    scenario: { ...saying(HARMLESS_ANSWER), transcriptionDelayMs: 6_000 },
  })
  await goOn(4_000)
  const fromMs = call.line.nowMs()
  call.line.say(said(SECRET))
  await goOn(20_000, () => expect(soundIn(left(), 0, Infinity)).toBe(0))
  expect(left().length).toBeGreaterThan((fromMs + 10_000) * 8)

  const harmlessMs = call.line.nowMs()
  call.line.say(said(HARMLESS))
  await goOn(6_000, () => expect(soundIn(left(), 0, Infinity)).toBe(0))
  expect(left().length).toBeGreaterThan((harmlessMs + 1_500) * 8)
  await goOn(4_000)
  const truth = call.line.said(0, call.line.nowMs())
  expect(soundIn(left(), harmlessMs, harmlessMs + 2_000))
    .toBe(soundIn(truth, harmlessMs, harmlessMs + 2_000))
  await hangUp()
  expect(soundIn(left(), fromMs, fromMs + 10_000)).toBe(0)
})

it('an answer with a word that is taken out is silent on the right, and the caller on the left is not', async () => {
  const { call, goOn, left, right, hangUp } = start({
    scenario: saying(SECRET_ANSWER, HARMLESS_ANSWER),
  })
  await goOn(4_000)
  call.line.say(said(HARMLESS))
  await goOn(12_000, () => expect(soundIn(right(), 0, Infinity)).toBe(0))
  const secretToMs = call.line.nowMs()
  call.line.say(said(HARMLESS))
  await goOn(12_000)
  await hangUp()
  const heard = call.line.heard(0, call.line.nowMs())
  expect(soundIn(heard, 0, secretToMs)).toBeGreaterThan(8_000)
  expect(soundIn(right(), 0, secretToMs)).toBe(0)
  expect(soundIn(right(), secretToMs, Infinity)).toBe(soundIn(heard, secretToMs, Infinity))
  const truth = call.line.said(0, call.line.nowMs())
  expect(soundIn(left(), 0, Infinity)).toBe(soundIn(truth, 0, Infinity))
})

it('an answer that the caller cuts short is silent as far as it was heard, though the word was still to come', async () => {
  const { call, goOn, right, hangUp } = start({ scenario: saying(SECRET_ANSWER, HARMLESS_ANSWER) })
  await goOn(4_000)
  call.line.say(said(HARMLESS))
  call.until('the agent speaks', () => call.line.record().playedMs > 800)
  const cutMs = call.line.nowMs()
  call.line.say(said(HARMLESS))
  await goOn(12_000)
  await hangUp()
  const heard = call.line.heard(0, call.line.nowMs())
  expect(soundIn(heard, 0, cutMs)).toBeGreaterThan(2_000)
  expect(soundIn(right(), 0, cutMs)).toBe(0)
  expect(soundIn(right(), cutMs, Infinity)).toBeGreaterThan(8_000)
})

it('a turn whose words are still out when the caller hangs up is silent, though it is harmless', async () => {
  const { call, goOn, left, hangUp } = start({
    scenario: { ...saying(HARMLESS_ANSWER), transcriptionDelayMs: 60_000 },
  })
  await goOn(4_000)
  call.line.say(said(HARMLESS))
  await goOn(6_000)
  await hangUp()
  expect(soundIn(call.line.said(0, call.line.nowMs()), 0, Infinity)).toBeGreaterThan(4_000)
  expect(soundIn(left(), 0, Infinity)).toBe(0)
})

it('a turn is silent that nobody puts into words, because the file says so', async () => {
  const { call, goOn, left, hangUp } = start({
    agent: 'transcription: false',
    scenario: saying(HARMLESS_ANSWER),
  })
  await goOn(4_000)
  call.line.say(said(HARMLESS))
  await goOn(12_000)
  await hangUp()
  expect(soundIn(left(), 0, Infinity)).toBe(0)
})

it('what a caller says while the model is away is silent until the next session has put it into words', async () => {
  const { call, goOn, left, hangUp } = start({
    scenario: [saying(HARMLESS_ANSWER), { ...saying(HARMLESS_ANSWER), connectMs: 4_000 }],
  })
  await goOn(6_000)
  call.breakModel()
  await goOn(500)
  const secretMs = call.line.nowMs()
  call.line.say(said(SECRET))
  await goOn(15_000, () => expect(soundIn(left(), secretMs, Infinity)).toBe(0))
  const harmlessMs = call.line.nowMs()
  call.line.say(said(HARMLESS))
  await goOn(12_000)
  await hangUp()
  const truth = call.line.said(0, call.line.nowMs())
  expect(soundIn(truth, secretMs, harmlessMs)).toBeGreaterThan(8_000)
  expect(soundIn(left(), secretMs, harmlessMs)).toBe(0)
  expect(soundIn(left(), harmlessMs, Infinity)).toBe(soundIn(truth, harmlessMs, Infinity))
})

it('what a process leaves that dies in the middle of a secret is silent, and the next one has nothing to mute', async () => {
  const { call, goOn, left } = start({
    scenario: { ...saying(HARMLESS_ANSWER), transcriptionDelayMs: 2_000 },
  })
  await goOn(4_000)
  call.line.say(said(SECRET))
  // As if it had died at any of these moments.
  await goOn(7_000, () => expect(soundIn(left(), 0, Infinity)).toBe(0))
})

it.each([
  ['that the server notices five seconds late', { hearsLateMs: 5_000 }],
  ['that the server tells of when it is over', { tellsSpeech: false }],
  [
    'that the server tells of six seconds after it is over',
    { tellsSpeech: false, hearsLateMs: 6_000 },
  ],
])('a turn %s is on the disk at no moment, and a harmless one is in the end', async (_, late) => {
  const { call, goOn, left, hangUp } = start({
    scenario: { ...saying(HARMLESS_ANSWER), ...late },
  })
  await goOn(4_000)
  call.line.say(said(SECRET))
  // As if the process had died at any of these moments.
  await goOn(14_000, () => expect(soundIn(left(), 0, Infinity)).toBe(0))
  const harmlessMs = call.line.nowMs()
  expect(left().length).toBeGreaterThan((harmlessMs - 2_500) * 8)
  call.line.say(said(HARMLESS))
  await goOn(14_000)
  await hangUp()
  const truth = call.line.said(0, call.line.nowMs())
  expect(soundIn(left(), 0, harmlessMs)).toBe(0)
  expect(soundIn(truth, harmlessMs, Infinity)).toBeGreaterThan(4_000)
  expect(soundIn(left(), harmlessMs, Infinity)).toBe(soundIn(truth, harmlessMs, Infinity))
})

it('a secret that follows a harmless turn sooner than the server tells of that is silent', async () => {
  const { call, goOn, left, hangUp } = start({
    scenario: { ...saying(HARMLESS_ANSWER), hearsLateMs: 5_000 },
  })
  await goOn(8_000)
  const harmlessMs = call.line.nowMs()
  call.line.say(said(HARMLESS))
  await goOn(3_000)
  const secretMs = call.line.nowMs()
  call.line.say(said(SECRET))
  await goOn(16_000, () => expect(soundIn(left(), secretMs, Infinity)).toBe(0))
  await hangUp()
  const truth = call.line.said(0, call.line.nowMs())
  expect(soundIn(left(), harmlessMs, secretMs)).toBe(soundIn(truth, harmlessMs, secretMs))
  expect(soundIn(left(), 0, Infinity)).toBe(soundIn(left(), harmlessMs, secretMs))
})

it('however late a server hears, and however soon turns follow each other, a secret is on the disk at no moment', async () => {
  const story = fc.record({
    hearsLateMs: fc.constantFrom(0, 300, 2_500, 6_000),
    transcriptionDelayMs: fc.constantFrom(0, 350, 4_000),
    callerLatencyMs: fc.constantFrom(0, 60),
    modelLatencyMs: fc.constantFrom(0, 60),
    turns: fc.array(
      fc.record({ isSecret: fc.boolean(), pauseMs: fc.constantFrom(300, 900, 2_000, 5_000) }),
      { minLength: 2, maxLength: 4 },
    ),
  })
  let kept = 0
  await fc.assert(
    fc.asyncProperty(story, async ({ turns, hearsLateMs, transcriptionDelayMs, ...latencies }) => {
      const { call, goOn, left, hangUp } = start({
        // What two say in one breath the model cannot put into words, and says how long it was.
        customer: CUSTOMER.replace('[insurance]', '[insurance], patterns: [of speech]'),
        scenario: { ...saying(HARMLESS_ANSWER), hearsLateMs, transcriptionDelayMs },
        ...latencies,
      })
      const secrets: (readonly [number, number])[] = []
      const expectSilence = () => {
        for (const span of secrets) expect(soundIn(left(), ...span)).toBe(0)
      }
      await goOn(4_000)
      for (const { isSecret, pauseMs } of turns) {
        const sound = said(isSecret ? SECRET : HARMLESS)
        const fromMs = call.line.nowMs()
        const lengthMs = Math.ceil(sound.length / 24)
        if (isSecret) secrets.push([fromMs, fromMs + lengthMs])
        call.line.say(sound)
        await goOn(lengthMs + pauseMs, expectSilence)
      }
      await goOn(12_000, expectSilence)
      await hangUp()
      expectSilence()
      kept += soundIn(left(), 0, Infinity)
    }),
    { seed: 26, numRuns: 12 },
  )
  expect(kept).toBeGreaterThan(20_000)
})

it('what the caller says in which the model hears no turn is silent', async () => {
  const { call, goOn, left, hangUp } = start({ scenario: saying(HARMLESS_ANSWER) })
  await goOn(4_000)
  call.line.say(said(SECRET).map((sample) => sample / 200))
  await goOn(12_000)
  await hangUp()
  expect(call.entries.filter(({ type }) => type === 'caller-speaking')).toEqual([])
  expect(soundIn(call.line.said(0, call.line.nowMs()), 0, Infinity)).toBeGreaterThan(4_000)
  expect(soundIn(left(), 0, Infinity)).toBe(0)
})

it('a turn that a process has no words of when it hands the call over stays silent in the other one', async () => {
  const file = createMemoryFile()
  const store = createMemoryStore()
  const first = start({ file, store, scenario: { transcriptionDelayMs: 3_000 } })
  await first.goOn(4_000)
  first.call.line.say(said(SECRET))
  await first.goOn(4_000)
  first.call.handOver(true)
  await first.goOn(STEP_MS)
  const length = file.bytes().length
  const second = start({ file, store, isOffered: false })
  await second.call.after()
  const line = second.call.openStream()
  await second.goOn(1_000)
  line.say(said(HARMLESS))
  await second.goOn(8_000)
  line.hangUp()
  await second.goOn(500)
  expect(soundIn(second.left(), 0, length / 16)).toBe(0)
  expect(soundIn(second.left(), length / 16, Infinity))
    .toBe(soundIn(line.said(0, line.nowMs()), 0, Infinity))
})

it('a call of a customer who redacts nothing is recorded with all words', async () => {
  const { call, goOn, left, hangUp } = start({
    customer: 'limits: { silence: false }\nrecording: {}',
    scenario: saying(HARMLESS_ANSWER),
  })
  await goOn(4_000)
  call.line.say(said(SECRET))
  await goOn(8_000)
  await hangUp()
  expect(soundIn(left(), 0, Infinity))
    .toBe(soundIn(call.line.said(0, call.line.nowMs()), 0, Infinity))
})

it.each([['12#', true], ['4242424242424242', false]])(
  'tones of the keys %s that the agent presses are heard: %s',
  async (keys, isHeard) => {
    const { call, goOn, right, hangUp } = start({
      customer: 'limits: { silence: false }\nrecording: {}\nredact: {}',
      agent: 'tools: [press_keys]',
      scenario: parseScenario(
        `turns:
  - call: press_keys
    arguments: { keys: "${keys}" }`,
        'test.yaml',
      ),
    })
    await goOn(4_000)
    call.line.say(said(HARMLESS))
    await goOn(12_000)
    await hangUp()
    const heard = soundIn(call.line.heard(0, call.line.nowMs()), 0, Infinity)
    const unrecorded = heard - soundIn(right(), 0, Infinity)
    const { payload } = keySound(keys)
    const tones = Uint8Array.fromBase64(payload)
    expect(unrecorded).toBe(isHeard ? 0 : soundIn(tones, 0, Infinity))
  },
)
