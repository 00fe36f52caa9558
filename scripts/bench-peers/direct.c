// The same request by libcurl's multi interface alone: what a call of a provider costs at least.
//
//     direct URL CALLS IN_FLIGHT
//
// Prints JSON: {"callsPerSecond", "cpuUs", "p50Us", "p99Us"}.
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct call {
    CURL *easy;
    double start;
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double processor(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static size_t drop(char *bytes, size_t size, size_t count, void *user) {
    (void)bytes;
    (void)user;
    return size * count;
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

int main(int count, char **words) {
    if (count != 4) {
        fprintf(stderr, "direct URL CALLS IN_FLIGHT\n");
        return 64;
    }
    long calls = atol(words[2]), in_flight = atol(words[3]);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 1024L);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Authorization: Bearer bench");
    struct call *all = calloc((size_t)in_flight, sizeof *all);
    // The first ones open the connections.
    long warm = in_flight * 4, begun = 0, done = 0;
    double *latencies = calloc((size_t)calls, sizeof *latencies);
    double start = 0, used = 0;
    for (long index = 0; index < in_flight; index++) {
        CURL *easy = all[index].easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, words[1]);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{\"amount\":5000,\"currency\":\"eur\"}");
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &all[index]);
        curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
        all[index].start = now();
        curl_multi_add_handle(multi, easy);
        begun++;
    }
    while (done < warm + calls) {
        int running = 0, left = 0;
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        while ((message = curl_multi_info_read(multi, &left))) {
            struct call *call = NULL;
            long status = 0;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
            curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
            if (message->data.result != CURLE_OK || status != 200) {
                fprintf(stderr, "direct: a call failed\n");
                return 1;
            }
            if (done >= warm) latencies[done - warm] = now() - call->start;
            done++;
            if (done == warm) {
                start = now();
                used = processor();
            }
            curl_multi_remove_handle(multi, call->easy);
            if (begun < warm + calls) {
                begun++;
                call->start = now();
                curl_multi_add_handle(multi, call->easy);
            }
        }
        if (done < warm + calls) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    double time = now() - start, cpu = processor() - used;
    qsort(latencies, (size_t)calls, sizeof *latencies, by_size);
    printf("{\"callsPerSecond\": %.1f, \"cpuUs\": %.1f, \"p50Us\": %.1f, \"p99Us\": %.1f}\n", (double)calls / time * 1e6,
        cpu / (double)calls, latencies[calls / 2], latencies[calls * 99 / 100]);
    return 0;
}
