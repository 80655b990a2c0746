/** Ends, after each test and each file of tests, what these have started and left running. Loaded before each file of tests. */
import { afterAll, afterEach, beforeEach } from 'vitest'
import { type End, endStarted, startedSoFar } from './started.ts'

const NOTHING: ReadonlySet<End> = new Set()
let before = NOTHING

beforeEach(() => {
  before = startedSoFar()
})

// Tests that run side by side cannot be told apart by what was there before: what they leave ends with their file.
afterEach(({ task }) => {
  if (!task.concurrent) endStarted(before)
})

afterAll(() => endStarted(NOTHING))
