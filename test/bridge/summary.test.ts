import { beforeAll, describe, expect, it } from 'vitest'
import { readSummary, summaryInstructions } from '../../src/bridge/summary.ts'
import { turnRules } from '../../src/sim/model/turn.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { loadArgumentReaders } from '../../src/tools/arguments.ts'
import { clips } from '../sim/model/bundled.ts'
import {
  startVirtualCall,
  type VirtualCall,
  type VirtualCallOptions,
} from '../support/virtual-call.ts'

const said = (text: string) => clipOfText(clips, text)?.sound.pcm ?? new Int16Array(0)
const WRITTEN = '{"summary":"They want a table for two.","outcome":"table booked"}'

// Loaded when it is needed first, which takes longer than the clock of these calls waits.
beforeAll(loadArgumentReaders)

/** A call whose caller says something, hears an answer and hangs up; then the model is asked for a summary. */
const summarised = (
  outOfBand: unknown,
  customer = 'summary: {}',
  more: Pick<VirtualCallOptions, 'variables' | 'readAlong'> = {},
) => {
  const call = startVirtualCall({
    ...more,
    customer: `limits: { silence: false }\n${customer}`,
    scenario: [{ outOfBand: [turnRules.parse(outOfBand)] }, { refuse: { status: 503 } }],
  })
  call.clock.advance(1_000)
  call.line.say(said('Yes, please.'))
  call.clock.advance(8_000)
  return call
}
const summaryOf = (call: VirtualCall) => call.entries.find(({ type }) => type === 'summarised')
const hungUp = async (call: VirtualCall) => {
  call.end('caller-hung-up')
  await call.eventually('it is summed up', () => summaryOf(call) !== undefined)
  return summaryOf(call)
}

describe('the summary of a call', () => {
  it('is written after the end, heard by nobody, and its session is closed then', async () => {
    const call = summarised({ say: WRITTEN })
    const sentMs = call.line.record().sentMs
    expect(await hungUp(call)).toMatchObject({
      status: 'ready',
      summary: 'They want a table for two.',
      outcome: 'table booked',
      usage: { outputTextTokens: expect.any(Number) },
    })
    const types = call.entries.map(({ type }) => type)
    expect(types.slice(-2)).toEqual(['ended', 'summarised'])
    expect(call.line.record().sentMs).toBe(sentMs)
    expect(call.count()).toBe(0)
    call.clock.advance(10)
    expect(call.sessions.map((session) => session.isOpen())).toEqual([false])
  })

  it('is asked for out of band, in writing', async () => {
    const call = summarised({ say: WRITTEN })
    await hungUp(call)
    const [response] = call.sessions[0].record.responses.slice(-1)
    expect(response).toMatchObject({
      conversation_id: null,
      output_modalities: ['text'],
      metadata: { purpose: 'summary' },
    })
  })

  it('is asked for with the blanks of the call filled in', async () => {
    const asked = 'summary: { instructions: "Say what {{name}} wants.{{more}}" }'
    const said: string[] = []
    const variables = { name: 'Ana' }
    const readAlong = (text: string) => void said.push(text)
    await hungUp(summarised({ say: WRITTEN }, asked, { variables, readAlong }))
    const { response } = JSON.parse(said.at(-1) ?? '')
    expect(response.instructions).toMatch(/\nSay what Ana wants\.$/)
  })

  it.each([
    ['whose response failed', { status: 'failed' }, 'response-failed'],
    ['whose response is refused', { error: { code: 'server_error' } }, 'response-failed'],
    ['that is no JSON', { say: 'They want a table.' }, 'not-json'],
    ['that is another JSON', { say: '{"text":"They want a table."}' }, 'not-a-summary'],
    ['whose session breaks', { say: WRITTEN, dropSocket: 50 }, 'session-lost'],
  ])('is none %s', async (_, turn, problem) => {
    expect(await hungUp(summarised(turn))).toMatchObject({ status: 'none', problem })
  })

  it('is none when it was not written in ten seconds, and no session stays open', async () => {
    const call = summarised({ ignore: true })
    call.end('caller-hung-up')
    call.clock.advance(9_990)
    await call.eventually('it is given up', () => summaryOf(call) !== undefined, 20)
    expect(summaryOf(call)).toMatchObject({ status: 'none', problem: 'too-late' })
    call.clock.advance(10)
    expect(call.sessions.map((session) => session.isOpen())).toEqual([false])
  })

  it('is none when the session was lost before the end, and no other is opened', async () => {
    const call = summarised({ say: WRITTEN })
    call.breakModel()
    call.clock.advance(1)
    expect(await hungUp(call)).toMatchObject({ status: 'none', problem: 'no-session' })
    const dialled = call.dialled()
    call.clock.advance(30_000)
    expect(call.dialled()).toBe(dialled)
  })

  it('has fields that fit what the file asks for, and none that do not', async () => {
    const asked = 'summary: { fields: { people: { type: integer }, "name?": their name } }'
    const fits = '{"summary":"A table.","outcome":"booked","fields":{"people":2}}'
    expect(await hungUp(summarised({ say: fits }, asked)))
      .toMatchObject({ status: 'ready', fields: { people: 2 } })
    const unfit = '{"summary":"A table.","outcome":"booked","fields":{"people":"two"}}'
    const summary = await hungUp(summarised({ say: unfit }, asked))
    expect(summary).toMatchObject({
      status: 'ready',
      summary: 'A table.',
      problem: 'fields-do-not-fit',
      detail: 'people must be a whole number, got "two".',
    })
    expect(summary).not.toHaveProperty('fields')
  })
})

describe('readSummary()', () => {
  it('reads JSON between fences', () => {
    expect(readSummary('```json\n' + WRITTEN + '\n```', undefined)).toEqual({
      status: 'ready',
      summary: 'They want a table for two.',
      outcome: 'table booked',
    })
  })

  it('asks for fields that were left out', async () => {
    const read = (await loadArgumentReaders())({ type: 'object', required: ['day'] }, 100)
    expect(readSummary(WRITTEN, read)).toMatchObject({
      problem: 'fields-do-not-fit',
      detail: 'day is missing.',
    })
  })
})

describe('summaryInstructions()', () => {
  it('has the schema of the fields in it, and what the operator says last', () => {
    const fields = { type: 'object', properties: { day: { type: 'string' } } }
    const text = summaryInstructions({ instructions: 'Write in Portuguese.', fields })
    expect(text).toContain('{"type":"object","properties":{"day":{"type":"string"}}}')
    expect(text.endsWith('\nWrite in Portuguese.')).toBe(true)
    expect(summaryInstructions({})).not.toContain('"fields"')
  })
})
