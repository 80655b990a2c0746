import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPlayOut } from '../../../src/sim/caller/play-out.ts'

describe('the play-out buffer', () => {
  test('plays audio from the moment it arrives when nothing is playing', () => {
    const playOut = createPlayOut()
    playOut.add(new Uint8Array(160), 800)
    expect([800, 801, 880, 960, 2000].map(playOut.played)).toEqual([0, 1, 80, 160, 160])
  })

  test('plays audio behind what is queued', () => {
    const playOut = createPlayOut()
    playOut.add(new Uint8Array(160), 0)
    playOut.add(new Uint8Array(160), 40)
    expect(playOut.queued(40)).toBe(280)
    expect(playOut.played(200)).toBe(200)
  })

  test('waits for the jitter on an idle line only', () => {
    const playOut = createPlayOut(400)
    playOut.add(new Uint8Array(160), 0)
    playOut.add(new Uint8Array(160), 100)
    expect([400, 401, 560, 720].map(playOut.played)).toEqual([0, 1, 160, 320])
  })

  test('refuses audio once ten minutes are waiting', () => {
    const playOut = createPlayOut()
    const minute = new Uint8Array(480_000)
    for (let minutes = 0; minutes < 10; minutes++) expect(playOut.add(minute, 0)).toBe(true)
    expect(playOut.add(new Uint8Array(1), 0)).toBe(false)
    expect(playOut.add(new Uint8Array(1), 1)).toBe(true)
    expect(playOut.queued(1)).toBe(4_800_000)
  })

  test('loses and invents no audio and no mark, whatever the server does', () => {
    fc.assert(fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
      const playOut = createPlayOut()
      const model = createModel()
      let now = 0
      let dropped = 0
      const returned: string[] = []
      const take = (marks: readonly { name: string; at: number }[]) =>
        returned.push(...marks.map(({ name, at }) => `${name}@${at}`))

      steps.forEach((step, index) => {
        if (step.do === 'wait') {
          now += step.samples
          model.wait(step.samples)
        } else if (step.do === 'media') {
          playOut.add(new Uint8Array(step.samples), now)
          model.media(step.samples)
        } else if (step.do === 'mark') {
          playOut.mark(`m${index}`, now)
          model.mark(`m${index}`)
        } else {
          take(playOut.takeReached(now))
          const cleared = playOut.clear(now)
          dropped += cleared.dropped
          take(cleared.marks.map(({ name }) => ({ name, at: now })))
          model.clear()
        }
        take(playOut.takeReached(now))

        expect(playOut.played(now)).toBe(model.played())
        expect(playOut.queued(now)).toBe(model.queued())
        expect(dropped).toBe(model.dropped())
        expect(playOut.played(now) + playOut.queued(now) + dropped).toBe(model.sent())
        expect(returned).toEqual(model.returned())
      })
    }))
  })
})

const anyStep = fc.oneof(
  fc.record({ do: fc.constant('media' as const), samples: fc.integer({ min: 1, max: 400 }) }),
  fc.record({ do: fc.constant('wait' as const), samples: fc.integer({ min: 1, max: 500 }) }),
  fc.record({ do: fc.constant('mark' as const) }),
  fc.record({ do: fc.constant('clear' as const) }),
)

/**
 * The same buffer the slow way: a queue of single samples and marks, moved on one sample at a time.
 */
const createModel = () => {
  let queue: (string | null)[] = []
  let [now, sent, played, dropped] = [0, 0, 0, 0]
  const returned: string[] = []
  const giveBackMarks = () => {
    while (typeof queue[0] === 'string') returned.push(`${queue.shift()}@${now}`)
  }
  return {
    media: (samples: number) => {
      sent += samples
      for (let i = 0; i < samples; i++) queue.push(null)
    },
    mark: (name: string) => {
      queue.push(name)
      giveBackMarks()
    },
    wait: (samples: number) => {
      for (let i = 0; i < samples; i++) {
        now++
        if (queue.shift() === null) played++
        giveBackMarks()
      }
    },
    clear: () => {
      const thrown = queue
      queue = []
      for (const entry of thrown) {
        if (entry === null) dropped++
        else returned.push(`${entry}@${now}`)
      }
    },
    sent: () => sent,
    played: () => played,
    dropped: () => dropped,
    queued: () => queue.filter((entry) => entry === null).length,
    returned: () => returned,
  }
}
