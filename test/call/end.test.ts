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

  it('waits for what the caller is entering, where it can go on elsewhere at a quiet moment', () => {
    const leaving = [
      { type: 'hand-over', isForced: false },
      { type: 'caller-pressed-key', digit: '5', atMs: 1_000 },
      { type: 'tick', atMs: 1_250 },
    ] as const
    expect(runCall({}, ...leaving).state.phase).toBe('talking')
    const asked = runCall(
      { agents: { main: { ...agents.main, actions: ['collect_digits'] } } },
      r.started,
      r.calls('a', 'collect_digits', { digits: 4 }),
      r.ends,
      ...leaving,
    )
    expect(asked.state.phase).toBe('talking')
    const quiet = runCall({}, leaving[0], leaving[2])
    expect(quiet.state).toMatchObject({ phase: 'ended', reason: 'handed-over' })
  })
})
