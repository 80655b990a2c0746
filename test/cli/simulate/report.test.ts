import { expect, test } from 'vitest'
import {
  describeResults,
  resultsAsJson,
  type ScenarioResult,
} from '../../../src/cli/simulate/report.ts'

const OK: ScenarioResult = {
  name: 'greeting',
  file: 'scenarios/greeting.yaml',
  description: 'The caller is greeted.',
  callMs: 16_400,
  failures: [],
  transcript: [{ speaker: 'agent', text: 'Hello.', isHeard: true }],
}

const FAILED: ScenarioResult = {
  ...OK,
  name: 'book-a-table',
  file: 'scenarios/book-a-table.yaml',
  description: 'A table is booked.',
  failures: [{
    path: ['expect', 'ended'],
    line: 12,
    expected: 'caller-hung-up',
    got: 'model-lost',
  }, {
    path: ['expect', 'heard', 0],
    line: 14,
    expected: 'the caller hears "booked"',
    got: 'nothing like it',
    around: ['  agent   Hello.'],
  }],
}

const SKIPPED: ScenarioResult = {
  ...OK,
  name: 'garbage',
  callMs: 0,
  skipped: 'is about a model that misbehaves',
}

test('a table says how each scenario went, and below it stands what failed and where', () => {
  expect(describeResults([FAILED, SKIPPED, OK], 1_234, false)).toEqual([
    '  FAILED   book-a-table    16.4 s  ended: expected caller-hung-up, got model-lost',
    '  skipped  garbage                 is about a model that misbehaves',
    '  ok       greeting        16.4 s',
    '',
    '1 passed, 1 failed, 1 skipped in 1.23 s',
    '',
    'book-a-table: A table is booked.',
    '  scenarios/book-a-table.yaml:12  expect.ended',
    '    expected  caller-hung-up',
    '    got       model-lost',
    '  scenarios/book-a-table.yaml:14  expect.heard[0]',
    '    expected  the caller hears "booked"',
    '    got       nothing like it',
    '      agent   Hello.',
  ])
})

test('colours are for a terminal alone', () => {
  const escape = '\u001b['
  expect(describeResults([OK], 100, false).join('\n')).not.toContain(escape)
  expect(describeResults([OK], 100, true)[0]).toContain(`${escape}32mok${escape}0m`)
})

test('a program is given one object', () => {
  expect(JSON.parse(resultsAsJson([OK, FAILED, SKIPPED], 1_234.5))).toMatchObject({
    passed: 1,
    failed: 1,
    skipped: 1,
    tookMs: 1_235,
    scenarios: [
      {
        name: 'greeting',
        ok: true,
        failures: [],
        callMs: 16_400,
        transcript: [{ text: 'Hello.' }],
      },
      {
        name: 'book-a-table',
        ok: false,
        failures: [
          { key: 'expect.ended', line: 12, expected: 'caller-hung-up', got: 'model-lost' },
          { key: 'expect.heard[0]', line: 14 },
        ],
      },
      { name: 'garbage', ok: false, skipped: 'is about a model that misbehaves' },
    ],
  })
})
