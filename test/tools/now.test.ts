import { expect, test } from 'vitest'
import { createNow, type OpeningHours } from '../../src/tools/now.ts'
import { ABOUT, NEVER } from './tool-fixture.ts'

const at = (iso: string, hours: OpeningHours) =>
  createNow(hours, () => Date.parse(iso)).run({}, ABOUT, NEVER)

test('the time is told in words, in the zone of the customer', async () => {
  expect(await at('2026-11-25T21:58:00Z', { timezone: 'UTC' })).toBe(
    'Wednesday, 25 November 2026, 21:58 (UTC, 2026-11-25).',
  )
  expect(await at('2026-12-31T23:30:00Z', { timezone: 'Asia/Tokyo' })).toBe(
    'Friday, 1 January 2027, 08:30 (Asia/Tokyo, 2027-01-01).',
  )
})

test('midnight is 00, and summer time is kept', async () => {
  expect(await at('2026-07-01T23:05:00Z', { timezone: 'Europe/Lisbon' })).toBe(
    'Thursday, 2 July 2026, 00:05 (Europe/Lisbon, 2026-07-02).',
  )
})

test('with opening hours it says whether they are open', async () => {
  const noon = Date.parse('2026-11-25T12:00:00Z')
  const hours = { timezone: 'UTC', isOpen: (atMs: number) => atMs < noon }
  expect(await at('2026-11-25T11:59:00Z', hours)).toMatch(/\. We are open\.$/)
  expect(await at('2026-11-25T12:00:00Z', hours)).toMatch(/\. We are closed\.$/)
  expect(createNow(hours, () => 0).description).toContain('whether we are open')
  expect(createNow({ timezone: 'UTC' }, () => 0).description).not.toContain('open')
})
