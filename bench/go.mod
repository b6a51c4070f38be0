module example.com/softmax/bench

go 1.26.0

require (
	example.com/softmax v0.0.0
	gonum.org/v1/gonum v0.16.0
)

require (
	github.com/klauspost/compress v1.20.3 // indirect
	golang.org/x/image v0.47.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	golang.org/x/tools v0.51.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace example.com/softmax => ../
