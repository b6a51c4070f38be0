package softmax_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/dataset/csv"
	"example.com/softmax/dataset/sample"
)

// From slices to a prediction.
func Example() {
	train, err := dataset.FromRows([][]float64{{5.1, 3.5}, {4.9, 3.0}, {6.4, 3.2}, {6.9, 3.1}}, []string{"setosa", "setosa", "versicolor", "versicolor"})
	if err != nil {
		log.Fatal(err)
	}
	model, _, err := softmax.Fit(context.Background(), train, softmax.Config{})
	if err != nil {
		log.Fatal(err)
	}
	class, err := model.Predict([]float64{5.0, 3.4})
	fmt.Println(class, err)
	// Output: setosa <nil>
}

const weather = `temperature,sky,weight,label
25.5,clear,1,outside
19,clear,1,outside
8,clear,1,inside
24,cloudy,1,outside
16,cloudy,2,inside
3,cloudy,1,inside
22,rain,1,inside
12,rain,3,inside
`

// From a CSV file, with a category and weights, to the probabilities of an
// example by the names of its columns.
func ExampleFit() {
	train, err := csv.Read(strings.NewReader(weather), csv.Options{Name: "weather.csv", Weight: "weight"})
	if err != nil {
		log.Fatal(err)
	}
	model, report, err := softmax.Fit(context.Background(), train, softmax.Config{L2: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Rows, "rows,", model.Features())

	p, err := model.RowProbabilities(softmax.Row{"temperature": 23, "sky": "clear"})
	if err != nil {
		log.Fatal(err)
	}
	for k, class := range model.Classes() {
		fmt.Printf("%s %.1f\n", class, p[k])
	}
	// Output:
	// 8 rows, [temperature sky=clear sky=cloudy sky=rain]
	// inside 0.2
	// outside 0.8
}

// A model of texts and numbers, some of them missing.
func ExampleModel_PredictRow() {
	const letters = `subject,size,label
Cheap watches for you,3,spam
You won the lottery,,spam
Cheap lottery tickets,2,spam
Minutes of the meeting,40,ham
The meeting on Monday,,ham
Monday: minutes for you,25,ham
`
	train, err := csv.Read(strings.NewReader(letters), csv.Options{Text: []string{"subject"}})
	if err != nil {
		log.Fatal(err)
	}
	model, _, err := softmax.Fit(context.Background(), train, softmax.Config{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(model.Features())
	class, err := model.PredictRow(softmax.Row{"subject": "LOTTERY: cheap, cheap", "size": nil})
	fmt.Println(class, err)
	// Output:
	// [size size missing subject:cheap subject:for subject:for you subject:lottery subject:meeting subject:minutes subject:monday subject:the subject:the meeting subject:you]
	// spam <nil>
}

// Saving a model as an ONNX file, and loading it.
func ExampleLoad() {
	penguins, err := sample.Penguins()
	if err != nil {
		log.Fatal(err)
	}
	model, _, err := softmax.Fit(context.Background(), penguins, softmax.Config{})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "softmax")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "penguins.onnx")
	if err := model.Save(path); err != nil {
		log.Fatal(err)
	}
	loaded, err := softmax.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	before, _ := model.Fingerprint()
	after, _ := loaded.Fingerprint()
	fmt.Println(loaded.Classes(), before == after)
	// Output: [Adelie Chinstrap Gentoo] true
}

// Scoring a data set: its columns are matched with the model's by name.
func ExampleModel_Bind() {
	penguins, err := sample.Penguins()
	if err != nil {
		log.Fatal(err)
	}
	var even, odd []int
	for i := 0; i < penguins.Rows(); i += 2 {
		even, odd = append(even, i), append(odd, i+1)
	}
	model, _, err := softmax.Fit(context.Background(), penguins.Subset(even), softmax.Config{})
	if err != nil {
		log.Fatal(err)
	}
	bound, err := model.Bind(penguins.Subset(odd))
	if err != nil {
		log.Fatal(err)
	}
	score, err := bound.Score()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d penguins: %.0f %% right\n", score.Rows, 100*score.Accuracy)
	// Output: 172 penguins: 99 % right
}

// What a fit proves about its result.
func ExampleReport_Certificate() {
	penguins, err := sample.Penguins()
	if err != nil {
		log.Fatal(err)
	}
	_, report, err := softmax.Fit(context.Background(), penguins, softmax.Config{Tol: 1e-6})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Stop, report.GapBound <= 1e-6*report.Objective, math.IsNaN(report.ProbabilityBound()))
	for _, w := range report.Warnings {
		fmt.Println(w.Message)
	}
	// Output:
	// converged true false
}
