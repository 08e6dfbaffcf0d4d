/* What operators watch, as Prometheus reads it. */
#ifndef PV_METRICS_H
#define PV_METRICS_H

#include "mhd_server.h"
#include "out.h"
#include "projector.h"
#include "worker.h"

/* Counts, safe for threads; the worker's and the projector's are copied in by their own threads. */
struct pv_metrics;
struct pv_metrics *pv_metrics_new(void) PV_MUST_USE;
void pv_metrics_free(struct pv_metrics *metrics);

void pv_metrics_request(struct pv_metrics *metrics, const struct pv_http_access *access);
/* After each group. */
void pv_metrics_worker(struct pv_metrics *metrics, const struct pv_worker_counts *counts, size_t memory);
/* `lag_us`: from an event's recording to its projection, of the last round; negative: nothing was projected.
 */
void pv_metrics_projector(struct pv_metrics *metrics, const struct pv_projector_counts *counts,
                          int64_t lag_us);

void pv_metrics_write(struct pv_metrics *metrics, const struct pv_broker_health *broker, struct pv_out *out);

#endif
