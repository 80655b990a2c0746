import { describe, expect, it } from 'vitest'
import { timeIsUp } from '../../src/call/time-left.ts'
import { response, runCall } from './call-runner.ts'
import { RULES } from './rules.ts'

const DOLLAR = 1_000_000_000
const left = (spentNano: number, talkedMs: number, maxCostNano?: number) =>
  timeIsUp({ rules: { ...RULES, maxDurationMs: 600_000, maxCostNano }, spentNano }, talkedMs)

describe('timeIsUp()', () => {
  it('is the longest duration where money is not bounded', () => {
    expect(left(DOLLAR, 60_000)).toEqual({ reason: 'max-duration', atMs: 600_000 })
  })

  it('is when the money will be spent, at the rate of the call so far', () => {
    expect(left(DOLLAR / 4, 60_000, DOLLAR)).toEqual({ reason: 'cost-limit', atMs: 240_000 })
  })

  it('is the longest duration where the money lasts for longer', () => {
    expect(left(DOLLAR / 100, 60_000, DOLLAR)).toEqual({ reason: 'max-duration', atMs: 600_000 })
    expect(left(0, 60_000, DOLLAR)).toEqual({ reason: 'max-duration', atMs: 600_000 })
  })

  it('is now where more was spent than a call may cost', () => {
    expect(left(2 * DOLLAR, 60_000, DOLLAR)).toEqual({ reason: 'cost-limit', atMs: 30_000 })
    expect(left(2 * DOLLAR, 0, DOLLAR)).toEqual({ reason: 'cost-limit', atMs: 0 })
  })
})

describe('a call that has cost what it may', () => {
  const spent = { type: 'cost-grew', nano: DOLLAR } as const
  const goodbye = response('goodbye')

  it('is ended when the goodbye was heard', () => {
    const { done, reports } = runCall(
      { maxCostNano: DOLLAR },
      spent,
      { type: 'tick' },
      goodbye.started,
      goodbye.sends(100),
      goodbye.audioEnds,
      goodbye.ends,
      { type: 'tick', atMs: 20_000 },
    )
    expect(done).toEqual([
      { type: 'request-response', request: { kind: 'exactly', sentence: 'Goodbye.' } },
      { type: 'end-call', reason: 'cost-limit', isModelKept: false },
    ])
    expect(reports.at(-1)).toMatchObject({ type: 'ended', reason: 'cost-limit' })
  })

  it('is ended although the caller speaks into the goodbye', () => {
    const { reports } = runCall(
      { maxCostNano: DOLLAR },
      spent,
      { type: 'tick' },
      { type: 'caller-started-speaking', itemId: 'item_1' },
      { type: 'tick', atMs: 20_000 },
    )
    expect(reports.at(-1)).toMatchObject({ type: 'ended', reason: 'cost-limit' })
  })

  it('goes on while it has not', () => {
    const { done } = runCall({ maxCostNano: DOLLAR + 1 }, spent, { type: 'tick', atMs: 10_000 })
    expect(done).toEqual([])
  })
})
