// Prints the structure of the Temporal server's configuration, which check:k8s holds server.yaml.tmpl against.
// Only a new version of the server needs it. In a copy of this file elsewhere, then `npm run format` here:
//
//	go mod init structure && go get go.temporal.io/server@v1.32.0 && go run structure.go > structure.json
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"time"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/headers"
	"gopkg.in/yaml.v3"
)

// An object's fields by name, {"*": type} for a map, [type] for a list, or the name of a scalar.
func structure(t reflect.Type) any {
	if t == reflect.TypeFor[time.Duration]() {
		return "duration"
	}
	// A section that reads itself.
	if reflect.PointerTo(t).Implements(reflect.TypeFor[yaml.Unmarshaler]()) {
		return "any"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return structure(t.Elem())
	case reflect.Slice:
		return []any{structure(t.Elem())}
	case reflect.Map:
		return map[string]any{"*": structure(t.Elem())}
	case reflect.Struct:
		fields := map[string]any{}
		for i := range t.NumField() {
			field := t.Field(i)
			name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			if !field.IsExported() || name == "-" {
				continue
			}
			inner := structure(field.Type)
			if strings.Contains(options, "inline") {
				for key, value := range inner.(map[string]any) {
					fields[key] = value
				}
				continue
			}
			if name == "" {
				name = strings.ToLower(field.Name)
			}
			fields[name] = inner
		}
		return fields
	case reflect.Interface:
		return "any"
	case reflect.Bool, reflect.String:
		return t.Kind().String()
	case reflect.Float32, reflect.Float64:
		return "float"
	default:
		return "int"
	}
}

func main() {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(map[string]any{
		"version": headers.ServerVersion,
		"config":  structure(reflect.TypeFor[config.Config]()),
	})
}
