import { expect, test } from 'vitest'
import type { Log } from '../../src/log.ts'
import { silentLog } from '../../src/log.ts'
import { createPages } from '../../src/knowledge/pages.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const FAQ = 'https://example.com/faq'
const HOUR_MS = 3_600_000

/** Pages of a web that a test writes: a text, or an error to fail with. */
const open = () => {
  const web = new Map<string, string | Error | Promise<string>>()
  const fetched: string[] = []
  const told: string[] = []
  const warned: unknown[] = []
  const log: Log = { ...silentLog, warn: (name, fields) => void warned.push([name, fields]) }
  const clock = createFakeClock()
  const pages = createPages({
    clock,
    log,
    fetchText: async (url) => {
      fetched.push(url)
      const text = await web.get(url)
      if (typeof text === 'string') return text
      throw text ?? new Error('HTTP 404')
    },
    onText: (url, text) => void told.push(`${url} ${text}`),
  })
  const pass = async (ms: number) => {
    clock.advance(ms)
    await pages.settled()
  }
  return { web, fetched, told, warned, clock, pages, pass }
}

test('a page is fetched at once and again after its interval', async () => {
  const { web, pages, told, fetched, pass } = open()
  web.set(FAQ, 'One.')
  pages.want([{ url: FAQ, refreshMs: HOUR_MS }])
  expect(pages.textOf(FAQ)).toBeUndefined()
  await pages.settled()
  expect(pages.textOf(FAQ)).toBe('One.')
  await pass(HOUR_MS - 1)
  expect(fetched).toHaveLength(1)
  await pass(1)
  expect(fetched).toHaveLength(2)
  web.set(FAQ, 'Two.')
  await pass(HOUR_MS)
  expect(pages.textOf(FAQ)).toBe('Two.')
  // The second time there was nothing new.
  expect(told).toEqual([`${FAQ} One.`, `${FAQ} Two.`])
})

test('a page that cannot be fetched keeps its text, says so and is tried sooner', async () => {
  const { web, pages, warned, fetched, pass } = open()
  web.set(FAQ, 'One.')
  pages.want([{ url: FAQ, refreshMs: HOUR_MS }])
  await pages.settled()
  web.set(FAQ, new Error('HTTP 500'))
  await pass(HOUR_MS)
  expect(pages.textOf(FAQ)).toBe('One.')
  expect(warned).toEqual([
    ['knowledge.page-not-fetched', { url: FAQ, problem: 'HTTP 500', keepsText: true }],
  ])
  await pass(60_000)
  await pass(60_000)
  expect(fetched).toHaveLength(3)
  await pass(60_000)
  expect(fetched).toHaveLength(4)
  web.set(FAQ, 'Two.')
  await pass(240_000)
  expect(pages.textOf(FAQ)).toBe('Two.')
})

test('a page without a text, as one that only scripts fill, is told of like one that failed', async () => {
  const { web, pages, warned } = open()
  web.set(FAQ, ' \n')
  pages.want([{ url: FAQ, refreshMs: HOUR_MS }])
  await pages.settled()
  expect(pages.textOf(FAQ)).toBeUndefined()
  expect(warned).toEqual([
    ['knowledge.page-not-fetched', { url: FAQ, problem: 'it has no text', keepsText: false }],
  ])
})

test('a page that two want is fetched once, as often as the more eager wants', async () => {
  const { web, pages, fetched, pass } = open()
  web.set(FAQ, 'One.')
  pages.want([{ url: FAQ, refreshMs: HOUR_MS }, { url: FAQ, refreshMs: 60_000 }])
  await pages.settled()
  await pass(60_000)
  expect(fetched).toHaveLength(2)
})

test('a page that is still wanted keeps its text and is not fetched again for that', async () => {
  const { web, pages, fetched } = open()
  web.set(FAQ, 'One.')
  pages.want([{ url: FAQ, refreshMs: HOUR_MS }])
  await pages.settled()
  pages.want([{ url: FAQ, refreshMs: HOUR_MS }, { url: `${FAQ}/2`, refreshMs: HOUR_MS }])
  await pages.settled()
  expect(pages.textOf(FAQ)).toBe('One.')
  expect(fetched).toEqual([FAQ, `${FAQ}/2`])
})

test('of a page that is not wanted any more nothing is kept, also when it comes late', async () => {
  const { web, pages, told, clock } = open()
  const late = Promise.withResolvers<string>()
  web.set(FAQ, late.promise)
  pages.want([{ url: FAQ, refreshMs: HOUR_MS }])
  pages.want([])
  late.resolve('Late.')
  await Promise.resolve()
  await pages.settled()
  expect([pages.textOf(FAQ), told, clock.waiting()]).toEqual([undefined, [], 0])
})

test('after stop() no page is fetched', async () => {
  const { web, pages, fetched, clock } = open()
  web.set(FAQ, 'One.')
  pages.want([{ url: FAQ, refreshMs: HOUR_MS }])
  await pages.settled()
  pages.stop()
  clock.advance(10 * HOUR_MS)
  expect([fetched.length, clock.waiting()]).toEqual([1, 0])
})
