/** Has the services that a file of tests starts keep their record in the PostgreSQL of the project. */
import process from 'node:process'
import { afterAll, inject } from 'vitest'
import { dropDatabases, TEMPLATE_VARIABLE } from './engine.ts'

process.env[TEMPLATE_VARIABLE] = inject('postgres')
afterAll(dropDatabases)
