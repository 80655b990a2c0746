import { describe, expect, it } from 'vitest'
import type { RemoteToolUse } from '../../src/call/events.ts'
import { response, runCall } from './call-runner.ts'

const one = response('r1')
const uses = (stage: RemoteToolUse['stage'], more: Partial<RemoteToolUse> = {}) =>
  ({ type: 'agent-used-remote-tool', itemId: 'mcp_1', stage, ...more }) as const
const called = uses('called', { responseId: 'r1', name: 'find', given: '{"name":"Ana"}' })
const RESULTS = { type: 'request-response', request: { kind: 'results' } } as const
const linesOf = ({ reports }: ReturnType<typeof runCall>) =>
  reports.flatMap((report) => report.type === 'line' ? [report.line] : [])

describe('a tool that the model has called elsewhere', () => {
  it('is answered when it is over, which the model does not do by itself', () => {
    const over = uses('over', { failed: false, output: 'Ana Lima' })
    const call = runCall({}, one.started, called, uses('running'), one.ends, over)
    expect(call.done).toEqual([RESULTS])
    expect(linesOf(call)).toEqual([{
      itemId: 'mcp_1',
      speaker: 'tool',
      tool: { toolCallId: 'mcp_1', name: 'find', given: '{"name":"Ana"}', failed: false },
      text: 'Ana Lima',
      final: true,
      atMs: 5,
    }])
    expect(call.reports.map(({ type }) => type).filter((type) => type.startsWith('tool')))
      .toEqual(['tool-called', 'tool-returned'])
  })

  it('that is over before its response is answered after it', () => {
    const over = uses('over', { failed: false })
    const facts = uses('over', { name: 'find', output: 'Ana Lima', failed: false })
    const call = runCall({}, one.started, called, uses('running'), over, facts, one.ends)
    expect(call.done).toEqual([RESULTS])
    expect(linesOf(call).map(({ text }) => text)).toEqual(['', 'Ana Lima'])
  })

  it('is answered together with what else its response had done', () => {
    const over = uses('over', { output: 'Ana Lima' })
    const own = one.calls('t1', 'now')
    const back = { type: 'tool-returned', toolCallId: 't1', output: 'noon', failed: false } as const
    const call = runCall({}, one.started, called, own, uses('running'), one.ends, back, over)
    expect(call.done.map(({ type }) => type)).toEqual([
      'run-tool',
      'return-output',
      'request-response',
    ])
  })

  it('that never ends is given up after half a minute, and the model is told', () => {
    const wait = [one.started, called, uses('running'), one.ends] as const
    const early = runCall({}, ...wait, { type: 'tick', atMs: 30_000 })
    expect(early.done.map(({ type }) => type)).toEqual(['play-hold'])
    const late = runCall({}, ...wait, { type: 'tick', atMs: 30_010 })
    expect(late.done.slice(0, 2)).toEqual([
      {
        type: 'tell-model',
        itemId: 'note_1',
        text: 'find has not answered for 30 s and is not waited for.',
      },
      RESULTS,
    ])
    expect(linesOf(late).at(-1)).toMatchObject({ tool: { name: 'find', failed: true } })
  })

  it('that is written and not begun is covered by a tone, too', () => {
    const call = runCall({}, one.started, called, one.ends, { type: 'tick', atMs: 1_300 })
    expect(call.done.map(({ type }) => type)).toEqual(['play-hold'])
  })

  it('that is not begun because the caller spoke first is forgotten', () => {
    const cut = { ...one.ends, status: 'cancelled' } as const
    const call = runCall({}, one.started, called, cut)
    expect(call.state).toMatchObject({ tools: [], transcript: [] })
  })

  it('is lost with its session, and the next one is asked to say so', () => {
    const call = runCall({}, one.started, called, uses('running'), one.ends, {
      type: 'model-interrupted',
      cause: 'close-1006',
    }, { type: 'model-ready' })
    expect(call.done).toEqual([RESULTS])
    expect(call.state).toMatchObject({
      tools: [],
      transcript: [{
        text: 'The result was lost with the connection. It may have been done or not.',
      }],
    })
  })

  it('of a server that has listed none is told to the model once in a call', () => {
    const missing = { type: 'remote-tools-missing', server: 'crm' } as const
    const call = runCall({}, missing, missing)
    expect(call.done).toEqual([{
      type: 'tell-model',
      itemId: 'note_1',
      text: 'The tools of "crm" are not available in this call. ' +
        'Promise nothing that needs them; say that it does not work right now.',
    }])
    expect(call.reports.filter(({ type }) => type === 'remote-tools-missing')).toHaveLength(2)
  })
})
