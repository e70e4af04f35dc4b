// Reads a UnionAid log from the beginning, as anybody may, and counts what a naive reader would count.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/segmentio/kafka-go"
)

func main() {
	address, topic := os.Args[1], os.Args[2]
	last, _ := strconv.Atoi(os.Args[3])
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: []string{address}, Topic: topic, IsolationLevel: kafka.ReadCommitted, MaxBytes: 10e6})
	events := map[string]int{}
	for expected := 0; expected <= last; expected++ {
		record, err := reader.ReadMessage(context.Background())
		if err != nil {
			panic(err)
		}
		var event struct{ Specversion, Logindex, Type, Subject string }
		if err := json.Unmarshal(record.Value, &event); err != nil {
			panic(err)
		}
		if event.Logindex != strconv.Itoa(expected) || string(record.Key) != event.Subject {
			panic(fmt.Sprintf("offset %d holds index %s, expected %d", record.Offset, event.Logindex, expected))
		}
		events[event.Type]++
	}
	answer, _ := json.Marshal(events)
	fmt.Println(string(answer))
}
