/**
 * The four parts of prom-client that are used. The whole of it brings a cluster, a push gateway and OpenTelemetry, which is 45 ms
 * of a start, to do nothing.
 */
/// <reference path="./prom-client-parts.d.ts" />
import Counter from 'prom-client/lib/counter.js'
import Gauge from 'prom-client/lib/gauge.js'
import Histogram from 'prom-client/lib/histogram.js'
import Registry from 'prom-client/lib/registry.js'

export { Counter, Gauge, Histogram, Registry }
