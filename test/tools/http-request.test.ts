import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HttpRequestConfig } from '../../src/config/tools.ts'
import { ToolError } from '../../src/errors.ts'
import { writeRequest } from '../../src/tools/http-request.ts'

const config = (more: Partial<HttpRequestConfig>): HttpRequestConfig => ({
  method: 'GET',
  url: 'https://book.example.com/tables/{day}',
  headers: {},
  body: {},
  retries: 0,
  ...more,
})

const FILLINGS = {
  variable: (name: string) => name === 'BOOKING_KEY' ? 'k-1\n' : undefined,
  secrets: { card: '4111111111111111' },
}

const write = (more: Partial<HttpRequestConfig>, given: Readonly<Record<string, unknown>>) =>
  writeRequest(config(more), given, FILLINGS)

const complaint = (more: Partial<HttpRequestConfig>, given: Readonly<Record<string, unknown>>) => {
  try {
    return write(more, given).url
  } catch (error) {
    return error instanceof ToolError ? `${error.code}: ${error.message}` : error
  }
}

test('what has no place in the url of a GET goes into its query', () => {
  expect(write({}, { day: '2026-11-25', people: 4, note: 'by the window & quiet' })).toEqual({
    method: 'GET',
    url: 'https://book.example.com/tables/2026-11-25?people=4&note=by%20the%20window%20%26%20quiet',
    headers: { accept: 'application/json, text/*' },
  })
})

test('of another method it goes into a JSON body, beside the fields of the file', () => {
  const body = { source: 'phone', card: '${keypad:card}', people: 2 }
  expect(write({ method: 'POST', body }, { day: '2026-11-25', people: 4, vip: true })).toEqual({
    method: 'POST',
    url: 'https://book.example.com/tables/2026-11-25',
    headers: { accept: 'application/json, text/*', 'content-type': 'application/json' },
    body: '{"people":2,"vip":true,"source":"phone","card":"4111111111111111"}',
  })
})

test('headers are filled in, and may replace those that are there by themselves', () => {
  const headers = { Authorization: 'Bearer ${env:BOOKING_KEY}', Accept: 'text/plain', x: '{day}' }
  expect(write({ headers }, { day: '1' }).headers).toEqual({
    accept: 'text/plain',
    authorization: 'Bearer k-1',
    x: '{day}',
  })
})

test('the query of the file is filled in, and a pair without a value is left out', () => {
  const url = 'https://a.example.com/find?limit=5&day={day}&note={note}&key=${env:BOOKING_KEY}'
  expect(write({ url }, { day: '1&2' }).url).toBe(
    'https://a.example.com/find?limit=5&day=1%262&key=k-1',
  )
})

test('lists become several pairs, objects become JSON', () => {
  const url = 'https://a.example.com/find'
  expect(write({ url }, { tag: ['a', 'b'], near: { lat: 1 }, none: null }).url).toBe(
    'https://a.example.com/find?tag=a&tag=b&near=%7B%22lat%22%3A1%7D',
  )
})

test.each([
  ['', 'bad-argument: day must not be empty or dots.'],
  ['.', 'bad-argument: day must not be empty or dots.'],
  ['..', 'bad-argument: day must not be empty or dots.'],
  ['../admin', 'bad-argument: day must not be a path.'],
  ['..\\admin', 'bad-argument: day must not be a path.'],
  ['a/../../admin', 'bad-argument: day must not be a path.'],
  ['25/11/2026', 'https://book.example.com/tables/25%2F11%2F2026'],
  ['a?b#c', 'https://book.example.com/tables/a%3Fb%23c'],
  ['%2e%2e', 'https://book.example.com/tables/%252e%252e'],
  ['...', 'https://book.example.com/tables/...'],
  ['\ud800', 'https://book.example.com/tables/%EF%BF%BD'],
])('an argument stays in its place in the path: %j', (day, expected) => {
  expect(complaint({}, { day })).toBe(expected)
})

test('dots that only come together in the path are seen too', () => {
  const url = 'https://a.example.com/x/{a}{b}/y'
  expect(complaint({ url }, { a: '.', b: '.' })).toBe(
    'bad-argument: a, b must not be empty or dots.',
  )
})

test('what the caller has not entered, and what is missing, is said', () => {
  const headers = { x: '${keypad:pin}' }
  expect(complaint({ headers }, { day: '1' })).toBe(
    'not-entered: The caller has not entered "pin" on the keypad yet. Ask for it first.',
  )
  expect(complaint({ headers: { x: '${keypad:constructor}' } }, { day: '1' })).toMatch(
    /^not-entered/,
  )
  expect(complaint({}, {})).toBe('bad-argument: day is missing.')
  expect(complaint({ headers: { x: '${env:GONE}' } }, { day: '1' })).toBe(
    'missing-variable: This tool is not set up. Tell the caller so.',
  )
})

test('whatever the model says, the request goes to the same host and the same place', () => {
  const sign = fc.constantFrom('.', '..', '/', '\\', '%', '%2f', '?', '#', '@', ':', 'a', '\ud800')
  const any = fc.oneof(fc.string(), fc.string({ unit: sign }))
  fc.assert(fc.property(any, any, (day, more) => {
    let request
    try {
      request = write({}, { day, more })
    } catch (error) {
      if (error instanceof ToolError) return
      throw error
    }
    const { origin, pathname, hash } = new URL(request.url)
    expect([origin, hash]).toEqual(['https://book.example.com', ''])
    expect(pathname.split('/').slice(0, 2)).toEqual(['', 'tables'])
    expect(pathname.split('/')).toHaveLength(3)
  }))
})
