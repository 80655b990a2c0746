import { describe, expect, it } from 'vitest'
import type { CallReport } from '../../src/call/effects.ts'
import { response, runCall } from './call-runner.ts'
import { RULES } from './rules.ts'

const r = response('r1')
const agents = { main: { ...RULES.agents.main, actions: ['end_call'] as const } }
const lines = (reports: readonly CallReport[]) =>
  reports.flatMap((report) => report.type === 'line' ? [report.line] : [])

describe('the end of a call', () => {
  it('cuts what the agent was saying at what was heard of it', () => {
    const { reports, state } = runCall(
      {},
      { ...r.started, atMs: 10 },
      r.says('We are open from nine to six.'),
      { ...r.sends(2_000), atMs: 20 },
      r.ends,
      { type: 'caller-hung-up', atMs: 1_020 },
    )
    expect(lines(reports).at(-1)).toMatchObject({ text: 'We are open', heardMs: 1_000 })
    expect(state.transcript.at(-1)).toMatchObject({ text: 'We are open', heardMs: 1_000 })
    expect(reports.at(-1)).toMatchObject({ type: 'ended', reason: 'caller-hung-up' })
  })

  it('writes down what was begun and not done, and what was done by ending', () => {
    const left = runCall(
      {},
      r.started,
      r.calls('a', 'book', { day: 1 }),
      { type: 'caller-hung-up' },
    )
    expect(lines(left.reports)).toMatchObject([{
      speaker: 'tool',
      text: 'The call ended before this was done.',
      final: true,
      tool: { name: 'book', given: '{"day":1}', failed: true },
    }])
    const done = runCall(
      { agents },
      r.started,
      r.says('Goodbye.'),
      r.calls('a', 'end_call'),
      r.ends,
      { type: 'tick', atMs: 1_000 },
    )
    expect(lines(done.reports).at(-1)).toMatchObject({
      text: 'Done.',
      tool: { name: 'end_call', failed: false },
    })
  })

  it('leaves all of that to the process that goes on with the call', () => {
    const { reports } = runCall(
      {},
      r.started,
      r.calls('a', 'book'),
      { type: 'hand-over', isForced: true },
    )
    expect(lines(reports)).toEqual([])
  })
})
