import { expect, it } from 'vitest'
import { type Fields, silentLog } from '../../src/log.ts'
import { MOST_LOG_BYTES } from '../../src/record/event-file.ts'
import { createEventRecorder } from '../../src/record/record-events.ts'
import { createRedact } from '../../src/record/redact.ts'
import { readLog } from '../../src/replay/event-log.ts'
import type { Redact } from '../../src/replay/mask.ts'
import { replayPart } from '../../src/replay/replay.ts'
import type { GrowingFile } from '../../src/runtime/growing-file.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { partsOf } from '../replay/logged-call.ts'
import { clips } from '../sim/model/bundled.ts'
import { startVirtualCall, type VirtualCallOptions } from '../support/virtual-call.ts'
import { createMemoryFile } from './recorded-call.ts'

const said = (text: string) => clipOfText(clips, text)?.sound.pcm ?? new Int16Array(0)

type LoggedOptions =
  & VirtualCallOptions
  & Readonly<{
    redact?: Redact
    file?: ReturnType<typeof createMemoryFile>
    open?: () => Promise<GrowingFile>
  }>

/** A call of a customer whose file says `record: { events: true }`. */
const startLoggedCall = (
  { redact, file = createMemoryFile(), open = file.open, ...options }: LoggedOptions = {},
) => {
  const logged: (readonly [string, Fields])[] = []
  let settled = () => Promise.resolve()
  const call = startVirtualCall({
    customer: 'limits: { silence: false }\nrecord: { events: true }',
    agent: 'greeting: Thanks for calling.',
    ...options,
    recordEvents: (clock) => {
      const recorder = createEventRecorder({
        open,
        program: '0.1.0',
        clock,
        wallMs: () => 1_767_225_600_000,
        log: { ...silentLog, error: (name, fields = {}) => void logged.push([name, fields]) },
      })
      settled = recorder.settled
      return ({ id, version }, callSid) =>
        recorder.begin({ callSid, customer: id, agentVersion: version, redact })
    },
  })
  const text = () => new TextDecoder().decode(file.bytes())
  return { call, file, text, logged, settled: () => settled() }
}

const scenario = parseScenario(
  `
turns:
  - say: You have a table. The number of your booking is A seven. Please be on time.
  - call: end_call
`,
  'test.yaml',
)

it('a call with a barge-in, a lost model and a lost stream is logged, and decided again the same', async () => {
  const { call, text, settled, logged } = startLoggedCall({ scenario })
  call.until('the greeting was heard', () => call.line.record().playedMs > 1_000)
  call.line.say(said('Yes, please.'))
  const spoken = () => call.entries.filter(({ type }) => type === 'agent-speaking').length
  call.until('the agent answers', () => spoken() === 2)
  call.clock.advance(1_500)
  call.line.say(said('Yes, please.'))
  call.clock.advance(2_000)
  call.breakModel()
  call.clock.advance(4_000)
  call.line.vanish()
  call.clock.advance(100)
  await call.after()
  call.openStream()
  call.clock.advance(3_000)
  call.end('caller-hung-up')
  await settled()
  const [part, ...more] = partsOf(text())
  expect(more).toEqual([])
  expect([part.head.callSid, part.head.program, part.end])
    .toEqual(['CA0123456789abcdef0123456789abcdef', '0.1.0', 'whole'])
  const types = new Set(part.events.map(({ event }) => event.type))
  for (const type of ['mark-echoed', 'model-interrupted', 'stream-lost', 'agent-words', 'tick']) {
    expect(types).toContain(type)
  }
  const decided = JSON.stringify(part.events.map((each) => each.decided))
  expect(decided).toContain('"type":"truncate-item"')
  expect(replayPart(part)).toEqual([])
  expect(logged).toEqual([])
})

it('is written a second after something happened, and not while it happens', async () => {
  const { call, file, settled } = startLoggedCall({ streamAfterMs: 0 })
  await settled()
  const begun = file.bytes().length
  call.clock.advance(900)
  await settled()
  expect(file.bytes().length).toBe(begun)
  call.clock.advance(200)
  await settled()
  expect(file.bytes().length).toBeGreaterThan(begun)
  call.end('caller-hung-up')
})

it('what is redacted in the record is not in the log', async () => {
  const redact = createRedact({
    phones: true,
    emails: true,
    cards: true,
    words: ['booking', 'thanks', 'calling'],
    patterns: [],
  })
  const { call, text, settled } = startLoggedCall({ scenario, redact })
  call.clock.advance(5_000)
  call.line.say(said('Yes, please.'))
  call.clock.advance(9_000)
  call.end('caller-hung-up')
  await settled()
  expect(text()).not.toMatch(/booking|thanks|calling/i)
  expect(text()).toContain('[redacted]')
  const [part] = partsOf(text())
  expect([part.end, replayPart(part)]).toEqual(['whole', []])
})

it('a call of a customer who does not ask for it has none', async () => {
  const { call, file, settled } = startLoggedCall({ customer: 'limits: { silence: false }' })
  call.clock.advance(3_000)
  call.end('caller-hung-up')
  await settled()
  expect(file.opened()).toBe(0)
})

it('another process goes on in the same file, with a beginning of its own', async () => {
  const file = createMemoryFile()
  const store = createMemoryStore()
  const first = startLoggedCall({ file, store })
  first.call.clock.advance(5_000)
  first.call.handOver(true)
  await first.settled()
  const second = startLoggedCall({ file, store, isOffered: false })
  await second.call.after()
  second.call.openStream()
  second.call.clock.advance(5_000)
  second.call.end('caller-hung-up')
  await second.settled()
  const parts = partsOf(second.text())
  expect(parts.map(({ head, end }) => [head.beginning.epoch, end]))
    .toEqual([[1, 'whole'], [2, 'whole']])
  expect(parts[1].head.beginning.transcript).toMatchObject([{ speaker: 'agent' }])
  expect(parts.flatMap((part) => replayPart(part))).toEqual([])
})

it('a disk that is full ends the log and not the call, and is told of once', async () => {
  const { call, settled, logged } = startLoggedCall({
    open: () => Promise.reject(new Error('ENOSPC: no space left')),
  })
  call.clock.advance(1_500)
  await settled()
  call.clock.advance(3_000)
  await settled()
  expect(call.count()).toBe(1)
  expect(logged).toEqual([['events.failed', {
    callSid: 'CA0123456789abcdef0123456789abcdef',
    customer: 'test',
    problem: 'ENOSPC: no space left',
  }]])
  call.end('caller-hung-up')
})

it('a log that is as long as it may be says so in its last line', async () => {
  const file = createMemoryFile()
  let sizeBytes = 0
  const { call, settled, text } = startLoggedCall({
    file,
    open: async () => ({
      ...await file.open(),
      write: async (bytes) => {
        // As if the disk had been written full of this call.
        const { write } = await file.open()
        await write(bytes, sizeBytes)
        sizeBytes += bytes.length
      },
      sizeBytes: MOST_LOG_BYTES - 4_000,
    }),
  })
  for (let second = 0; second < 20; second++) {
    call.clock.advance(1_000)
    await settled()
  }
  call.end('caller-hung-up')
  await settled()
  const read = readLog(text().trimStart())
  expect('parts' in read && read.parts[0].end).toBe('full')
  expect(sizeBytes).toBeLessThan(4_100)
})
