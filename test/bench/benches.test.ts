/** Benches are run by hand and seldom: that those which cost nothing still run is seen here, so that none is broken when it is needed. */
import { describe, expect, test } from 'vitest'
import { scriptOf } from '../../bench/bridge/model.ts'
import { audioOf, LANES } from '../../bench/lane/lanes.ts'
import { createPlay } from '../../bench/lane/play.ts'
import { record } from '../../bench/record.ts'
import { textOf } from '../../bench/table.ts'

test('the bench of the record fills SQLite, asks it and writes to it', async () => {
  const said: string[] = []
  const tables = await record(
    { lines: 500, engines: ['sqlite'], asked: 2, rounds: 2, writeMs: 50 },
    (text) => said.push(text),
  )
  expect(said[0]).toBe('sqlite: 0 of 10 calls')
  const [asking, writing] = tables
  expect(asking.rows.map(([engine, question]) => `${engine}: ${question}`))
    .toContain('sqlite: calls with a tag')
  expect(asking.rows.flat()).not.toContain('NaN')
  expect(textOf(writing)).toMatch(
    /^writing 2,000 events a second for 0\.05 s, elsewhere and here, 2 times by turns: .*\n\n.*\n.*\nsqlite /,
  )
})

describe('the bench of the lanes', () => {
  const FRAMES = 100

  test.each([undefined, ...LANES])('plays two seconds of a call: %s', async (lane) => {
    const script = scriptOf(audioOf(lane ?? 'pcmu'))
    const play = await createPlay({ calls: 2, script, lane })
    let turns = 0
    for (let frame = 0; frame < FRAMES; frame++) play.frame(() => void turns++)
    expect(turns).toBe(FRAMES)
    // Of each frame of the caller there comes something out, but with three of them in a message.
    const least = lane === undefined ? 0 : lane === 'pcmu-60' ? FRAMES / 2 : FRAMES
    expect(play.sent()).toBeGreaterThanOrEqual(least)
  })
})
